import { decodeTime } from "ulid";
import { parseCause } from "../../contracts/stored/cause.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";

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
export function traceRoot(
  text: string,
  sinceMs: number | undefined,
  now: number,
): Result<TraceRoot, ExplainedError> {
  const { kind, id } = parseCause(text) ?? { kind: undefined, id: text };
  const kinds = kind === undefined ? ANY : [kind];
  const causes = kinds.map((kind) => `${kind}:${id}`);
  const made = ulidTime(id);
  if (sinceMs !== undefined) return ok({ causes, id, since: now - sinceMs });
  if (made !== undefined) return ok({ causes, id, since: made - SKEW_MS });
  return err({
    code: "usage",
    message: `the id "${text}" does not say when it was made`,
    hint: "say how far back to look, as --since 24h",
  });
}

/**
 * When an id was made, in milliseconds since 1970; undefined when neither it nor its beginning, as that of a job with
 * a key, is a ULID.
 */
export function ulidTime(id: string): number | undefined {
  const [ulid] = /^[0-7][0-9A-HJKMNP-TV-Z]{25}(?=$|-)/.exec(id) ?? [];
  return ulid === undefined ? undefined : decodeTime(ulid);
}
