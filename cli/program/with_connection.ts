import type { Result } from "../../contracts/result.ts";
import { type CommandContext, type ExplainedError, failed } from "./command_context.ts";
import type { CallerLink, Connected } from "./connect_command.ts";
import type { ExitCode } from "./exit_code.ts";

/** Runs a command that needs NATS. What connects is loaded now: other commands start without it. */
export async function withConnection(
  context: CommandContext,
  run: (link: Connected) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { connectCommand } = await import("./connect_command.ts");
  return await closing(await connectCommand(context), context, run);
}

/** The same for a command that people use who are no admins. */
export async function withCaller(
  context: CommandContext,
  run: (link: CallerLink) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { connectCaller } = await import("./connect_command.ts");
  return await closing(await connectCaller(context), context, run);
}

async function closing<Link extends CallerLink>(
  connected: Result<Link, ExplainedError>,
  context: CommandContext,
  run: (link: Link) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (connected.isErr()) return failed(context, connected.error);
  await using link = connected.orThrow();
  return await run(link);
}
