/**
 * The `trellis` command.
 *
 * ```sh
 * deno run -A jsr:@qlever-llc/trellis/cli init my-orders
 * ```
 *
 * @module
 */
import { COMMANDS } from "./commands/commands.ts";
import { COMPLETE_WORD } from "./completion/shells.ts";
import { parseCommandLine } from "./command_line/parse_command_line.ts";
import { logLines } from "./log/log_lines.ts";
import { logOutput } from "./program/log_output.ts";
import { endProcess } from "./exit/end_process.ts";
import { EXIT_CODE, type ExitCode } from "./program/exit_code.ts";
import { output } from "./program/output.ts";
import { runInterruptibly } from "./exit/run_interruptibly.ts";
import { processTerminal } from "./terminal/process_terminal.ts";
import "../runtime/host/deno_host.ts";
import { VERSION } from "./program/version.ts";
import { actingUser } from "./program/acting_user.ts";

/** Runs a command line and answers with its exit code, when all that it wrote has left the process. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const environment = readEnvironment([
    "NATS_URL",
    "NATS_DOMAIN",
    "TRELLIS_NATS_PORT",
    "NO_COLOR",
    "FORCE_COLOR",
    "TERM",
  ]);
  const port = localPort(environment.TRELLIS_NATS_PORT);
  const parsed = argv[0] === COMPLETE_WORD
    ? { kind: "completion" as const, asked: argv.slice(1) }
    : parseCommandLine(argv, COMMANDS, environment);
  const globals = parsed.kind === "command" ? parsed.globals : NO_GLOBALS;
  const terminal = processTerminal(environment, globals.noColor);
  const { out, err } = terminal;
  const log = parsed.kind === "command" && parsed.command.isLogged === true && !globals.json &&
      (parsed.values.logFormat ?? (err.isTerminal ? "text" : "json")) === "json"
    ? logLines(err, { quiet: globals.quiet, now: Date.now })
    : undefined;
  const said = output(terminal, globals);
  const answers = log === undefined ? said : logOutput(said, log);
  return await runInterruptibly(terminal, answers, async (signal) => {
    switch (parsed.kind) {
      case "help":
        out.line(parsed.text);
        return EXIT_CODE.ok;
      case "version":
        out.line(VERSION);
        return EXIT_CODE.ok;
      case "usage_error": {
        const { message, suggestion, usage, exitCode } = parsed;
        err.line(`${err.style.red("error:")} ${message}`);
        if (suggestion !== undefined) err.line(`  ${suggestion}`);
        err.line(usage);
        return exitCode;
      }
      case "completion": {
        const { answerCompletion } = await import("./completion/answer_completion.ts");
        const settings = { ...environment, localPort: port };
        const answer = await answerCompletion(parsed.asked, COMMANDS, settings);
        if (answer.isOk()) out.exact(answer.value);
        else answers.problem({ message: answer.error });
        return answer.isOk() ? EXIT_CODE.ok : EXIT_CODE.usage;
      }
      case "command":
        if (port !== undefined && Number.isNaN(port)) {
          answers.problem({ message: "TRELLIS_NATS_PORT is not a port" });
          return EXIT_CODE.usage;
        }
        return await parsed.command.run(parsed.values, {
          terminal,
          output: answers,
          globals: parsed.globals,
          log,
          signal,
          by: actingUser(),
          canAsk: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
          localPort: port,
        });
    }
  });
}

/** The global options of a line that is no command. */
const NO_GLOBALS = { json: false, quiet: false, noColor: false };

/** The port that stands in for 4222 on this machine; NaN when it cannot be one. */
function localPort(given: string | undefined): number | undefined {
  if (given === undefined || given === "") return undefined;
  return /^\d{1,5}$/.test(given) && Number(given) <= 65_535 ? Number(given) : NaN;
}

function readEnvironment<Name extends string>(
  names: readonly Name[],
): Readonly<Record<Name, string | undefined>> {
  const entries = names.map((variable) => {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    return [variable, state === "granted" ? Deno.env.get(variable) : undefined];
  });
  return Object.fromEntries(entries);
}

if (import.meta.main) endProcess(await main(Deno.args));
