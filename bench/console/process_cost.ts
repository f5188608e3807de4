/** MiB that a process has in memory. NaN where the system does not say it. */
export async function memoryOf(pid: number): Promise<number> {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(await read(`/proc/${pid}/status`)) ?? [];
  return Number(kib ?? NaN) / 1024;
}

/** Milliseconds of a core that a process has used. NaN where the system does not say it. */
export async function cpuMsOf(pid: number): Promise<number> {
  // Behind the name, which may hold spaces: state is the third field, the times are 14 and 15.
  const fields = (await read(`/proc/${pid}/stat`)).split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) * 10;
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}
