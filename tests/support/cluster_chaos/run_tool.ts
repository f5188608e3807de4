/** A shock, or what one needs, that this machine cannot have; its message says why and what to do. */
export class NotPossibleHere extends Error {
  override readonly name = "NotPossibleHere";
}

/** Runs a program of the system to its end, and answers what it has printed. */
export async function runTool(program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const [said, refused] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new NotPossibleHere(`\`${[program, ...args].join(" ")}\` fails: ${refused}`);
  return said ?? "";
}

/** Fails unless this is Linux, and the user root, who alone may do `what`. */
export async function needRoot(what: string, ...programs: readonly string[]): Promise<void> {
  if (Deno.build.os !== "linux") throw new NotPossibleHere(`${what} is for Linux: run it there`);
  if (Deno.uid() !== 0) throw new NotPossibleHere(`${what} is for root: run it as root`);
  for (const program of programs) {
    const found = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output();
    if (!found.success) {
      const where = program === "ip" || program === "tc" ? "iproute2" : "mount";
      throw new NotPossibleHere(`${what} needs \`${program}\`: install ${where}`);
    }
  }
}
