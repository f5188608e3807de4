/**
 * The `trellis` command.
 *
 * ```sh
 * deno run -A jsr:@qlever-llc/trellis/cli init my-orders
 * ```
 *
 * @module
 */
import { callable } from "./program/command_name.ts";
import { parseCommandLine } from "./command_line/parse_command_line.ts";
import { EXIT_CODE, type ExitCode } from "./program/exit_code.ts";
import type { CommandContext } from "./program/command_context.ts";
import { systemClock } from "./terminal/clock.ts";
import { output } from "./program/output.ts";
import { createTerminal, type Terminal } from "./terminal/terminal.ts";
import { textWriter } from "./terminal/text_writer.ts";
import "./program/npm_resolution.ts";
import { VERSION } from "./program/version.ts";
import { actingUser } from "./program/acting_user.ts";

/** Runs a command line and answers with its exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const environment = readEnvironment([
    "NATS_URL",
    "TRELLIS_NATS_PORT",
    "NO_COLOR",
    "FORCE_COLOR",
    "TERM",
  ]);
  const parsed = parseCommandLine(argv, environment);
  const noColor = parsed.kind === "command" && parsed.globals.noColor;
  const terminal = processTerminal(environment, noColor);
  const port = localPort(environment.TRELLIS_NATS_PORT);
  switch (parsed.kind) {
    case "help":
      terminal.out.line(parsed.text);
      return parsed.exitCode;
    case "version":
      terminal.out.line(VERSION);
      return EXIT_CODE.ok;
    case "usage_error": {
      const { message, suggestion, usage, exitCode } = parsed;
      terminal.err.line(`${terminal.err.style.red("error:")} ${message}`);
      if (suggestion !== undefined) terminal.err.line(`  ${callable(suggestion)}`);
      terminal.err.line(usage);
      return exitCode;
    }
    case "completion": {
      const { answerCompletion } = await import("./completion/answer_completion.ts");
      const { lookUpValues } = await import("./commands/complete_values.ts");
      terminal.out.write(await answerCompletion(parsed, lookUpValues(environment.NATS_URL, port)));
      return EXIT_CODE.ok;
    }
    case "command":
      if (port !== undefined && Number.isNaN(port)) {
        terminal.err.line(`${terminal.err.style.red("error:")} TRELLIS_NATS_PORT is not a port`);
        return EXIT_CODE.usage;
      }
      return await runInterruptibly(terminal, async (signal) => {
        const context: CommandContext = {
          terminal,
          output: output(terminal, parsed.globals),
          globals: parsed.globals,
          signal,
          by: actingUser(),
          canAsk: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
          localPort: port,
        };
        const { runCommand } = await import("./commands/run_command.ts");
        return await runCommand(parsed.command, context);
      });
  }
}

/** The first Ctrl-C asks the command to stop; the second ends the process at once. */
async function runInterruptibly(
  terminal: Terminal,
  run: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const abort = new AbortController();
  const interrupt = () => {
    terminal.status.clear();
    if (abort.signal.aborted) Deno.exit(EXIT_CODE.interrupted);
    abort.abort(new DOMException("interrupted", "AbortError"));
  };
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, interrupt);
  try {
    return await run(abort.signal);
  } finally {
    for (const name of signals) Deno.removeSignalListener(name, interrupt);
  }
}

function processTerminal(
  env: Readonly<Record<string, string | undefined>>,
  noColor: boolean,
): Terminal {
  return createTerminal({
    stdout: textWriter(Deno.stdout),
    stderr: textWriter(Deno.stderr),
    isTerminal: { stdout: Deno.stdout.isTerminal(), stderr: Deno.stderr.isTerminal() },
    columns: () => {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return undefined;
      }
    },
    env,
    noColor,
    clock: systemClock,
  });
}

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

if (import.meta.main) Deno.exit(await main(Deno.args));
