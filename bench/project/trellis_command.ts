/**
 * A command of Trellis in a process of its own, as a project runs it. What it says to programs can be read.
 *
 * @param project its folder
 */
export function trellisCommand(
  words: readonly string[],
  project: string,
  { env = {}, stderr = "null" }: Pick<Deno.CommandOptions, "env" | "stderr"> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--unstable-lazy-dynamic-imports",
      "-A",
      "@qlever-llc/trellis/cli",
      "--json",
      ...words,
    ],
    cwd: project,
    env: { NATS_URL: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr,
  });
}
