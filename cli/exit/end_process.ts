import { isRecorded } from "../../runtime/telemetry/load_telemetry.ts";
import type { ExitCode } from "../program/exit_code.ts";
import { endWhenStuck } from "./end_when_stuck.ts";

/** Milliseconds in which a process ends by itself. */
const BY_ITSELF_MS = 1000;
/** Milliseconds in which what is recorded last is taken: Deno waits some twelve seconds for an answer. */
const LAST_RECORDS_MS = 15_000;

/**
 * Ends the process. Where Deno exports what is recorded it ends by itself: `Deno.exit` of Deno 2.9 waits for
 * ever when it meets the regular export of metrics, and so does the end of a program where nobody answers that
 * export. What still keeps the process open has a second, and what is recorded a while.
 */
export function endProcess(code: ExitCode, lastRecordsMs: number = LAST_RECORDS_MS): void {
  if (!isRecorded()) Deno.exit(code);
  Deno.exitCode = code;
  endWhenStuck(lastRecordsMs);
  Deno.unrefTimer(setTimeout(() => Deno.exit(code), BY_ITSELF_MS));
}
