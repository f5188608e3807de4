import { isErr } from "../../../contracts/result.ts";
import type { OpenLetters } from "../../letters/open_letters.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";

/** Runs a command on the dead letters of a deployment. */
export function withLetters(
  { service }: { readonly service: string },
  context: CommandContext,
  run: (opened: OpenLetters, link: Connected) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConnection(context, async (link) => {
    const { openLetters } = await import("../../letters/open_letters.ts");
    const opened = (await openLetters(service, link)).take();
    return isErr(opened) ? failed(context, opened.error) : await run(opened, link);
  });
}
