import { isErr } from "../../contracts/result.ts";
import type { ValueRequest } from "../command_line/value_type.ts";
import type { Connected } from "../program/connect_command.ts";
import { output } from "../program/output.ts";
import { systemClock } from "../terminal/clock.ts";
import { SILENT_STREAM } from "../terminal/output_stream.ts";
import { createTerminal } from "../terminal/terminal.ts";

/** Who presses Tab waits no longer than this. */
const PATIENCE_MS = 1500;

/** Asks the server that a line names, without a word about what goes wrong. */
export async function askServer<T>(
  { nats, project, localPort }: ValueRequest,
  ask: (link: Connected) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const terminal = createTerminal({
    stdout: SILENT_STREAM,
    stderr: SILENT_STREAM,
    isTerminal: { stdout: false, stderr: false },
    columns: () => undefined,
    rows: () => undefined,
    env: {},
    noColor: true,
    clock: systemClock,
  });
  const globals = { json: false, nats, domain: undefined, project, noColor: true, quiet: true };
  const { connectCommand } = await import("../program/connect_command.ts");
  const connected = (await connectCommand({
    terminal,
    output: output(terminal, globals),
    globals,
    signal: AbortSignal.timeout(PATIENCE_MS),
    by: "completion",
    canAsk: false,
    localPort,
  })).take();
  if (isErr(connected)) return [];
  await using link = connected;
  return await ask(link);
}
