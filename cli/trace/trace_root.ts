import { decodeTime } from "ulid";
import { parseCause } from "../../contracts/stored/cause.ts";

/** Where a chain is looked for. */
export interface TraceRoot {
  /** What may be meant, as `rpc:<id>`, `event:<id>`, `job:<id>`. */
  readonly causes: readonly string[];
  readonly id: string;
  /** Nothing of it is older, in milliseconds since 1970. */
  readonly since: number;
}

/** What an id may be of. */
const ANY = ["rpc", "event", "job", "op"] as const;
/** Clocks of those who make ids may be wrong by so many milliseconds. */
const SKEW_MS = 60_000;

/** Reads what a person names: the id of a request, an event, a job or an operation, or a cause as it is stored. */
export function tracedId(text: string): Pick<TraceRoot, "causes" | "id"> {
  const { kind, id } = parseCause(text) ?? { kind: undefined, id: text };
  const kinds = kind === undefined ? ANY : [kind];
  return { causes: kinds.map((kind) => `${kind}:${id}`), id };
}

/** From when on something is looked for that was made at a time, by whatever clock. */
export function sinceMade(made: number): number {
  return made - SKEW_MS;
}

/**
 * When an id was made, in milliseconds since 1970; undefined when neither it nor its beginning, as that of a job with
 * a key, is a ULID.
 */
export function ulidTime(id: string): number | undefined {
  const [ulid] = /^[0-7][0-9A-HJKMNP-TV-Z]{25}(?=$|-)/.exec(id) ?? [];
  return ulid === undefined ? undefined : decodeTime(ulid);
}
