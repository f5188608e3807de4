/**
 * Gives a process another time of day than its machine has. Programs read the clock by functions that the kernel has
 * put into their memory, the vDSO, and these are overwritten there: a program in Go knows no other way. The monotonic
 * clock stays as it is.
 */
import { type AddressRange, stopOutside } from "./stop_process.ts";
import { exportedFunctions } from "./exported_functions.ts";

/** `mov rcx, seconds`. */
function loadSeconds(seconds: number): readonly number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(seconds), true);
  return [0x48, 0xb9, ...bytes];
}

/** What stands in the place of each function: the system call, and so many seconds more. */
const REPLACEMENTS: Readonly<Record<string, (seconds: number) => readonly number[]>> = {
  __vdso_clock_gettime: (seconds) => [
    ...[0xb8, 228, 0, 0, 0, 0x0f, 0x05], // mov eax, 228; syscall
    ...[0x85, 0xff, 0x75, 13], // test edi, edi; jne to ret: another clock than that of the day
    ...loadSeconds(seconds),
    ...[0x48, 0x01, 0x0e, 0xc3], // add [rsi], rcx; ret
  ],
  __vdso_gettimeofday: (seconds) => [
    ...[0xb8, 96, 0, 0, 0, 0x0f, 0x05], // mov eax, 96; syscall
    ...[0x48, 0x85, 0xff, 0x74, 13], // test rdi, rdi; je to ret
    ...loadSeconds(seconds),
    ...[0x48, 0x01, 0x0f, 0xc3], // add [rdi], rcx; ret
  ],
  __vdso_time: (seconds) => [
    ...[0xb8, 201, 0, 0, 0, 0x0f, 0x05], // mov eax, 201; syscall
    ...loadSeconds(seconds),
    ...[0x48, 0x01, 0xc8], // add rax, rcx
    ...[0x48, 0x85, 0xff, 0x74, 3, 0x48, 0x89, 0x07, 0xc3], // test rdi, rdi; je to ret; mov [rdi], rax; ret
  ],
};

/** Why the clock of a process cannot be changed here, and what to do; undefined where it can. */
export function whyNoClocks(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return "the clock of one process can be changed on Linux on x86_64 only: run it there";
  }
  if (Deno.uid() !== 0) return "only root may change the clock of a process: run it as root";
  return undefined;
}

/** Sets the time of day of a process so many seconds ahead of the machine's, or behind it; 0 sets it right. */
export async function setClock(pid: number, seconds: number): Promise<void> {
  const { from, to } = await findVdso(pid);
  using memory = await Deno.open(`/proc/${pid}/mem`, { read: true, write: true });
  const image = new Uint8Array(to - from);
  await memory.seek(from, Deno.SeekMode.Start);
  await memory.read(image);
  const functions = exportedFunctions(image);
  // A thread that is in the middle of such a function would go on in what is written over it.
  await using _ = await stopOutside(pid, { from, to });
  for (const [name, replacement] of Object.entries(REPLACEMENTS)) {
    const at = functions.get(name);
    if (at === undefined) throw new Error(`the vDSO of process ${pid} has no ${name}`);
    await memory.seek(from + at, Deno.SeekMode.Start);
    await memory.write(Uint8Array.from(replacement(seconds)));
  }
}

async function findVdso(pid: number): Promise<AddressRange> {
  const maps = await Deno.readTextFile(`/proc/${pid}/maps`);
  const found = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(maps);
  if (found === null) throw new Error(`process ${pid} has no vDSO`);
  return { from: parseInt(found[1] ?? "", 16), to: parseInt(found[2] ?? "", 16) };
}
