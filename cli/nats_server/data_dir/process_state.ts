/** True while a process with this number runs; a zombie counts as gone. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    Deno.kill(pid, 0);
  } catch (cause) {
    // The process is there and belongs to another user.
    if (cause instanceof Deno.errors.PermissionDenied) return true;
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    return false;
  }
  if (Deno.build.os !== "linux") return true;
  try {
    // "pid (name) state …"; the name may hold anything, parentheses included.
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
  } catch (cause) {
    return !(cause instanceof Deno.errors.NotFound);
  }
}

/** The command line of a process, as one text; undefined when the system does not say. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  try {
    if (Deno.build.os === "linux") {
      return (await Deno.readTextFile(`/proc/${pid}/cmdline`)).replaceAll("\0", " ");
    }
    const [command, ...args] = Deno.build.os === "windows"
      ? ["powershell", "-NoProfile", "-Command", windowsQuery(pid)]
      : ["ps", "-ww", "-o", "command=", "-p", String(pid)];
    if (command === undefined) return undefined;
    const output = await new Deno.Command(command, { args, stdin: "null" }).output();
    const text = new TextDecoder().decode(output.stdout).trim();
    return output.success && text !== "" ? text : undefined;
  } catch {
    return undefined; // the caller must not guess
  }
}

function windowsQuery(pid: number): string {
  return `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
}

/** Waits until a process is gone; false when it still runs at the deadline. */
export async function waitUntilGone(pid: number, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (await isRunning(pid)) {
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
