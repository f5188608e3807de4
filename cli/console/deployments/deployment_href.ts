/** Pages under `/services` that are no deployment's; a deployment may have such a name. */
const TAKEN: ReadonlySet<string> = new Set(["live", "plans", "graph"]);

/** Where the page of a deployment is. */
export function deploymentHref(deployment: string): string {
  const name = encodeURIComponent(deployment);
  // No deployment begins with a tilde.
  return `/services/${TAKEN.has(deployment) ? "~" : ""}${name}`;
}

/** Where a plan is shown, and decided. */
export function planHref(deployment: string, planId: string): string {
  return `${deploymentHref(deployment)}/plans/${encodeURIComponent(planId)}`;
}

/** The deployment that a part of an address names. */
export function deploymentOfPath(part: string): string {
  return part.startsWith("~") ? part.slice(1) : part;
}
