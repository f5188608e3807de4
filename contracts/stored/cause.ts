/**
 * What causes something, as {@link CAUSE_HEADER} has it: `rpc:<request id>`, or `event:<event id>/<group>` for
 * what a group's handler does. No id of an event and no name of a group has a slash in it.
 *
 * @module
 */

/** A cause, read. */
export interface Cause {
  readonly kind: "rpc" | "event";
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
  const rpc = /^rpc:(.+)$/.exec(text ?? "")?.[1];
  if (rpc !== undefined) return { kind: "rpc", id: rpc };
  const [, id, group] = /^event:([^/]+)(?:\/(.+))?$/.exec(text ?? "") ?? [];
  if (id === undefined) return undefined;
  return group === undefined ? { kind: "event", id } : { kind: "event", id, group };
}
