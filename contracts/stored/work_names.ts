/**
 * How the streams, consumers and subjects behind groups, projections and dead letters are named on NATS,
 * the only home of these names. A service has one stream for each purpose, because whoever may write a
 * subject of a stream can reach everything in it. `token` is {@link deploymentToken} of the deployment: it
 * holds no dot and no double underscore, so no two owners meet in one name.
 *
 * @module
 */
import { deploymentToken } from "./authority_records.ts";

/** What takes messages off a stream. */
export type WorkKind = "group" | "projection" | "relay" | "job" | "operation";

/** All of them. */
export const WORK_KINDS: readonly WorkKind[] = [
  "group",
  "projection",
  "relay",
  "job",
  "operation",
];

/** Metadata of a durable consumer: when the stream that it takes from was made. */
export const STREAM_CREATED_METADATA = "trellis.stream_created";

/** Metadata of a stream: the request that has made it, which tells it from others for the same stream. */
export const MAKING_METADATA = "trellis.making";

/** Replicas of a stream on a cluster that has the servers for it, unless a policy says another number. */
export const CLUSTER_REPLICAS = 3;

/** Metadata of a stream: how many replicas Trellis gave it, which tells them from those that an operator has raised. */
export const REPLICAS_METADATA = "trellis.replicas";

/** The stream that holds a copy of what a group with lanes consumes. */
export function groupStream(deployment: string, group: string): string {
  return `trellis_group_${deploymentToken(deployment)}__${group}`;
}

/** What comes before the lane in the subjects of {@link groupStream}; then follow lane, version and event. */
export function laneSubjectPrefix(deployment: string, group: string): string {
  return `group.${deploymentToken(deployment)}.${group}`;
}

/** The durable consumer of a group, a projection or a relay; of one lane where there are lanes. */
export function durableName(
  kind: WorkKind,
  deployment: string,
  name: string,
  lane?: number,
): string {
  const durable = `${kind}__${deploymentToken(deployment)}__${name}`;
  return lane === undefined ? durable : `${durable}__${lane}`;
}

/** The stream of what a service is to try again later. */
export function laterStream(deployment: string): string {
  return `trellis_later_${deploymentToken(deployment)}`;
}

/** Where the schedule of one delivery waits: the slot is the event's id. */
export function laterSubject(deployment: string, group: string, slot: string): string {
  return `later.${deploymentToken(deployment)}.${group}.${slot}`;
}

/** Where it is when its time has come. */
export function againSubject(deployment: string, group: string, slot: string): string {
  return `again.${deploymentToken(deployment)}.${group}.${slot}`;
}

/** The stream of what a service could not handle. */
export function deadStream(deployment: string): string {
  return `trellis_dead_${deploymentToken(deployment)}`;
}

/** Where a dead letter is kept; there is one for each group, or projection, and event. */
export function deadSubject(
  deployment: string,
  kind: WorkKind,
  name: string,
  slot: string,
): string {
  return `dead.${deploymentToken(deployment)}.${kind}.${name}.${slot}`;
}

/**
 * The message id of a dead letter, which the server stores once. The delivery is in it: an event that is tried
 * again and given up again within two minutes is another letter, and must not be taken for a repetition.
 */
export function deadMessageId(
  eventId: string,
  name: string,
  { stream, sequence }: { readonly stream: string; readonly sequence: number },
): string {
  return `${eventId}:${name}:dead:${stream}:${sequence}`;
}

/** Reads what {@link deadSubject} made; undefined for anything else. */
export function parseDeadSubject(
  subject: string,
): { readonly kind: WorkKind; readonly name: string; readonly slot: string } | undefined {
  const [dead, , kind, name, slot, ...more] = subject.split(".");
  if (dead !== "dead" || more.length > 0 || !name || !slot) return undefined;
  const known = WORK_KINDS.find((one) => one === kind);
  return known === undefined ? undefined : { kind: known, name, slot };
}

/** The KV bucket of what handlers have done once, and of what their worker notes about deliveries. */
export function stepsBucket(deployment: string): string {
  return `trellis_steps_${deploymentToken(deployment)}`;
}
