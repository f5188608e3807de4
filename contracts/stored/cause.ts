/**
 * What causes something, as {@link CAUSE_HEADER} has it: `rpc:<request id>`, `event:<event id>/<group>` for
 * what a group's handler does, `job:<id>`, `op:<id>` or `cron:<schedule>@<time>`. No id of an event and no name of
 * a group has a slash in it.
 *
 * @module
 */

/** What can cause something. */
export type CauseKind = "rpc" | "event" | "job" | "op" | "cron";

/** A cause, read. */
export interface Cause {
  readonly kind: CauseKind;
  readonly id: string;
  /** The group whose handler it was, as its contract calls it; missing where nobody has said it. */
  readonly group?: string;
}

/** As it is stored with what the handler of an event does. */
export function eventCause(id: string, group: string): string {
  return `event:${id}/${group}`;
}

/** Reads a cause; undefined for one of another kind. */
export function parseCause(text: string | undefined): Cause | undefined {
  const [, kind, whole] = /^(rpc|job|op|cron):(.+)$/.exec(text ?? "") ?? [];
  if (whole !== undefined) return { kind: kind as CauseKind, id: whole };
  const [, id, group] = /^event:([^/]+)(?:\/(.+))?$/.exec(text ?? "") ?? [];
  if (id === undefined) return undefined;
  return group === undefined ? { kind: "event", id } : { kind: "event", id, group };
}
