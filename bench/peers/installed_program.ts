/** Where Debian's packages put programs that are not on the path. */
const VERSIONED = "/usr/lib/postgresql";

/**
 * The path of a program. What is missing is installed from Debian's packages where this may be done; undefined
 * where not.
 */
export async function installedProgram(
  program: string,
  debianPackage: string,
): Promise<string | undefined> {
  const found = await findProgram(program);
  if (found !== undefined || Deno.uid() !== 0) return found;
  await run("apt-get", ["install", "--yes", "--no-install-recommends", debianPackage]);
  return await findProgram(program);
}

async function findProgram(program: string): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const folder of [...folders, "/usr/bin", ...await versions()]) {
    const path = `${folder}/${program}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
      return path;
    }
  }
  return undefined;
}

async function versions(): Promise<readonly string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(VERSIONED));
    return entries.map(({ name }) => `${VERSIONED}/${name}/bin`).sort().reverse();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Runs a program to its end; throws with what it has said when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "uid" | "gid" | "env"> = {},
): Promise<string> {
  const command = new Deno.Command(program, { ...options, args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program} failed: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}
