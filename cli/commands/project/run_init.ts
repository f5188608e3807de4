import { basename, relative, resolve } from "node:path";
import { isErr } from "../../../contracts/result.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { scaffoldNames } from "../../init/names.ts";
import { packageSource } from "../../init/package_source.ts";
import { scaffold } from "../../init/scaffold.ts";
import { writeProject } from "../../init/write_project.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { askLine } from "../../terminal/reading/ask_line.ts";
import { printable } from "../../terminal/printable.ts";
import { shellWord } from "../../terminal/shell_word.ts";

/** Writes a new project. */
export async function runInit(
  command: { readonly dir: string; readonly yes: boolean; readonly name: string | undefined },
  context: CommandContext,
): Promise<ExitCode> {
  const target = resolve(command.dir);
  const suggested = command.name ?? basename(target);
  const asks = command.name === undefined && !command.yes && context.canAsk;
  const name = asks ? await askName(suggested, context.signal) : suggested;
  if (name === undefined) return EXIT_CODE.interrupted;
  const names = scaffoldNames(name).take();
  if (isErr(names)) {
    const hint = "name the service with --name";
    return failed(context, { code: "bad_name", message: names.error, hint });
  }
  const files = scaffold(names, packageSource(target));
  const project = (await writeProject(target, files)).take();
  if (isErr(project)) return failed(context, project.error);
  const { written, extended, kept } = project;
  const inside = relative(".", target) || ".";
  const shown = inside.startsWith("..") ? command.dir : inside;
  context.output.data(
    { directory: target, service: names.service, files: written, extended, kept },
    () => {
      const { style } = context.terminal.out;
      return [
        `made ${style.bold(printable(shown))}: the service ${names.service}`,
        ...written.map((path) => `  ${path}`),
        ...extended.map((path) => `  ${path}  was there; missing lines were added`),
        ...kept.map((path) => `  ${path}  was there; unchanged`),
        "",
        "next",
        ...(shown === "." ? [] : [style.cyan(`  cd ${shellWord(directoryWord(shown))}`)]),
        style.cyan("  deno task dev"),
        style.cyan("  deno task test"),
      ].join("\n");
    },
  );
  return EXIT_CODE.ok;
}

/** A directory that no command takes for an option. */
function directoryWord(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

async function askName(suggested: string, signal: AbortSignal): Promise<string | undefined> {
  const answer = await askLine(`name of the service (${suggested}): `, signal);
  return answer === undefined ? undefined : answer.trim() || suggested;
}
