import { printableJson } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";

/** How much a line matters: `warn` is to be looked at, `error` to be repaired. */
export type LogLevel = "info" | "warn" | "error";

/**
 * Writes one line of a log.
 *
 * @param event what happened, for programs, as `ready`
 * @param message what happened, for people
 * @param fields more about it
 */
export type Log = (level: LogLevel, event: string, message: string, fields?: object) => void;

/**
 * A log of JSON objects, one on each line, for whatever collects what processes say:
 * `{"time":"2026-01-01T00:00:00.000Z","level":"info","event":"ready","message":"ready in 290 ms"}`.
 *
 * @param now milliseconds since 1970
 */
export function logLines(
  { line }: Pick<Screen, "line">,
  { quiet, now }: { readonly quiet: boolean; readonly now: () => number },
): Log {
  return (level, event, message, fields = {}) => {
    if (quiet && level === "info") return;
    line(printableJson({ time: new Date(now()).toISOString(), level, event, message, ...fields }));
  };
}
