import type { FieldChange } from "./bucket.ts";

/** How many servers keep a stream: a number, or as many as the cluster is good for. */
export type Replicas = number | "auto";

/** Which servers may keep a stream. */
export interface StreamPlacement {
  /** Name of the cluster, where several are connected. */
  readonly cluster?: string;
  /** Tags that a server must have, all of them. */
  readonly tags?: readonly string[];
}

/** How streams are kept, as a policy says it. */
export interface LayoutPolicy {
  /** `auto` unless given. */
  readonly replicas?: Replicas;
  /** Any server unless given. */
  readonly placement?: StreamPlacement;
}

/** The same for a whole platform. */
export interface LayoutPolicies extends LayoutPolicy {
  /** What is otherwise for single deployments, by name. */
  readonly deployments?: Readonly<Record<string, LayoutPolicy>>;
}

/** How the streams of a deployment, or of Trellis itself, are to be kept. */
export interface StreamLayout {
  readonly replicas: number;
  /** Whether streams that Trellis gave more replicas lose them: somebody has said so. */
  readonly lowers: boolean;
  readonly placement?: StreamPlacement;
}

/** A stream as it is kept. */
export interface FoundLayout {
  readonly replicas: number;
  /** How many replicas Trellis gave it last; undefined where it gave none. */
  readonly given?: number | undefined;
  readonly placement?: StreamPlacement | undefined;
}

/** What is changed of how streams are kept; `none` takes it away, and what is left out stays. */
export interface LayoutChanges {
  /** Whose streams; all that have nothing of their own where left out. */
  readonly deployment?: string | undefined;
  readonly replicas?: Replicas | "none" | undefined;
  readonly cluster?: string | undefined;
  /** All of them. */
  readonly tags?: readonly string[] | undefined;
}

/** Most replicas that NATS gives a stream. */
export const MOST_REPLICAS = 5;

/** The policy of a deployment; without a name that of everything that has none of its own. */
export function policyOf(policies: LayoutPolicies, deployment?: string): LayoutPolicy {
  const { deployments = {}, replicas, placement } = policies;
  const own = deployment !== undefined && Object.hasOwn(deployments, deployment)
    ? deployments[deployment]
    : undefined;
  return {
    replicas: own?.replicas ?? replicas ?? "auto",
    ...(own?.placement ?? placement ? { placement: own?.placement ?? placement } : {}),
  };
}

/** Policies with what is changed in them; members that say nothing are left out. */
export function changedLayout(
  { replicas, placement, deployments = {} }: LayoutPolicies,
  { deployment, ...changes }: LayoutChanges = {},
): LayoutPolicies {
  if (deployment === undefined) {
    const all = changedOne({ replicas, placement }, changes);
    return Object.keys(deployments).length === 0 ? all : { ...all, deployments };
  }
  const own = Object.hasOwn(deployments, deployment) ? deployments[deployment] : undefined;
  const changed = changedOne(own ?? {}, changes);
  const { [deployment]: _own, ...others } = deployments;
  const next = Object.keys(changed).length === 0 ? others : { ...others, [deployment]: changed };
  return changedLayout({ replicas, placement, deployments: next });
}

function changedOne(
  { replicas, placement }: LayoutPolicy,
  { replicas: newReplicas = replicas, cluster, tags }: Omit<LayoutChanges, "deployment">,
): LayoutPolicy {
  const place = {
    cluster: cluster === "none" ? undefined : cluster ?? placement?.cluster,
    tags: tags?.includes("none") ? [] : tags ?? placement?.tags ?? [],
  };
  const newPlacement = {
    ...(place.cluster === undefined ? {} : { cluster: place.cluster }),
    ...(place.tags.length === 0 ? {} : { tags: place.tags }),
  };
  return {
    ...(newReplicas === undefined || newReplicas === "none" ? {} : { replicas: newReplicas }),
    ...(Object.keys(newPlacement).length === 0 ? {} : { placement: newPlacement }),
  };
}

/**
 * What a policy means.
 *
 * @param autoReplicas what `auto` means for the servers that there are
 */
export function layoutOf(
  { replicas = "auto", placement }: LayoutPolicy,
  autoReplicas: number,
): StreamLayout {
  return {
    replicas: replicas === "auto" ? autoReplicas : replicas,
    lowers: replicas !== "auto",
    ...(placement === undefined ? {} : { placement }),
  };
}

/**
 * Replicas that a stream is to have. More are always given. Fewer only where a policy says how many, and
 * Trellis itself gave what there is: what an operator has raised stays.
 */
export function replicasFor({ replicas, lowers }: StreamLayout, found?: FoundLayout): number {
  if (found === undefined || replicas >= found.replicas) return replicas;
  return lowers && found.given === found.replicas ? replicas : found.replicas;
}

/** How a stream is not kept as it is to be. */
export function layoutChanges(layout: StreamLayout, found: FoundLayout): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const replicas = replicasFor(layout, found);
  if (replicas !== found.replicas) {
    changes.push({ field: "num_replicas", from: found.replicas, to: replicas });
  }
  const { placement } = layout;
  if (placement !== undefined) {
    const [from, to] = [placementText(found.placement), placementText(placement)];
    if (from !== to) changes.push({ field: "placement", from: from || null, to });
  }
  return changes;
}

/** Whether a field, also of one of the streams of a store, says how a stream is kept. */
export function isLayoutField(field: string): boolean {
  return /(?:^|\.)(?:num_replicas|placement)$/.test(field);
}

/** Words for a placement, as `cluster east, tags ssd`; the order of tags means nothing. */
export function placementText({ cluster, tags = [] }: StreamPlacement = {}): string {
  return [
    ...(cluster ? [`cluster ${cluster}`] : []),
    ...(tags.length === 0 ? [] : [`tags ${[...tags].sort().join(" ")}`]),
  ].join(", ");
}
