/** Where what happens is reported to those who watch it, while somebody does. */

/** Where somebody who watches says so, again and again. */
export const WATCH_SUBJECT = "trellis.v1.watch";

/** Where the reports of all instances of all deployments are. */
export const ALL_REQUESTS_SUBJECT = "trellis.v1.live.requests.*.*";
/** Where the reports of all Trellis processes are. */
export const ALL_STEPS_SUBJECT = "trellis.v1.live.steps.*";

/** Servers that let in everybody take longer names than those of principals and sessions. */
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

/** Who reports. */
export interface LiveSource {
  /** Its deployment, as one token: see `deploymentToken`. */
  readonly deployment: string;
  /** Its session. */
  readonly instance: string;
}

/** Where an instance of a service reports its requests: the broker lets no other one report there. */
export function requestsSubject({ deployment, instance }: LiveSource): string {
  return `trellis.v1.live.requests.${deployment}.${instance}`;
}

/** Where a Trellis process reports the steps of its reconciles. */
export function stepsSubject(instance: string): string {
  return `trellis.v1.live.steps.${instance}`;
}

/** Who reports on a subject; undefined when it is none of these subjects. */
export function liveSourceOf(subject: string): LiveSource | undefined {
  const [, deployment = "", instance = ""] =
    /^trellis\.v1\.live\.requests\.([^.]+)\.([^.]+)$/.exec(subject) ?? [];
  return TOKEN.test(deployment) && TOKEN.test(instance) ? { deployment, instance } : undefined;
}
