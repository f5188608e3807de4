import { isRecorded } from "../../runtime/telemetry/load_telemetry.ts";
import type { ExitCode } from "../program/exit_code.ts";

/** Milliseconds in which a process ends by itself. */
const BY_ITSELF_MS = 1000;

/**
 * Ends the process. Where Deno exports what is recorded it ends by itself: `Deno.exit` of Deno 2.9 waits for
 * ever when it meets the regular export of metrics. What still keeps the process open has a second.
 */
export function endProcess(code: ExitCode): void {
  if (!isRecorded()) Deno.exit(code);
  Deno.exitCode = code;
  Deno.unrefTimer(setTimeout(() => Deno.exit(code), BY_ITSELF_MS));
}
