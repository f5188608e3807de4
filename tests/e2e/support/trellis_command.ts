/** Runs the real command line. */
import { fileURLToPath } from "node:url";
import { shared } from "../../support/shared.ts";
import { CommandClient } from "./command_client.ts";
import { plainEnvironment, type ProcessOptions, RunningProcess } from "./running_process.ts";

/** The project that is under test. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Arguments of `deno` that start the command line with these words, as the tasks of projects do. */
export function trellisArguments(words: readonly string[]): readonly string[] {
  return ["run", "--unstable-lazy-dynamic-imports", "-A", `${ROOT}cli/main.ts`, ...words];
}

/** How a command ended, and what it said. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const client = shared(() => Promise.resolve(new CommandClient(plainEnvironment())));

/** Runs `trellis` to its end, in a process that it shares with the other commands of the file. */
export async function trellis(
  words: readonly string[],
  { cwd = Deno.cwd(), env = {}, stdin = "" }: ProcessOptions = {},
): Promise<Answer> {
  return await (await client()).run({ words, cwd, env, stdin });
}

/** Runs `trellis` to its end, in a process of its own. */
export async function trellisProcess(
  words: readonly string[],
  options: ProcessOptions = {},
): Promise<Answer> {
  return await deno(trellisArguments(words), options);
}

/** Runs `deno` to its end. */
export async function deno(
  words: readonly string[],
  options: ProcessOptions = {},
): Promise<Answer> {
  await using process = new RunningProcess(words, options);
  const code = await process.ended();
  return { code, stdout: process.stdout, stderr: process.stderr };
}

/** Starts `trellis` and leaves it running; what it says is for people, unless the words ask for something else. */
export function startTrellisCommand(
  words: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  const isSilent = words[0] === "start" && !words.includes("--log-format");
  const all = isSilent ? [...words, "--log-format", "text"] : words;
  return new RunningProcess(trellisArguments(all), options);
}
