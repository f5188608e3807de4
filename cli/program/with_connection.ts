import { isErr } from "../../contracts/result.ts";
import { type CommandContext, failed } from "./command_context.ts";
import type { Connected } from "./connect_command.ts";
import type { ExitCode } from "./exit_code.ts";

/** Runs a command that needs NATS. What connects is loaded now: other commands start without it. */
export async function withConnection(
  context: CommandContext,
  run: (link: Connected) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { connectCommand } = await import("./connect_command.ts");
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using link = connected;
  return await run(link);
}
