import { fstatSync } from "node:fs";

/** The C library, where it has its usual name. */
const LIBRARIES: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  linux: ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`],
  darwin: ["libSystem.B.dylib"],
};

const SYMBOLS = {
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
  fcntl: { parameters: ["i32", "i32"], result: "i32" },
} as const;

const F_GETFL = 3;
const O_NONBLOCK = Deno.build.os === "darwin" ? 0x4 : 0x800;

/**
 * Settles when no process reads the pipe behind a file descriptor any more. Only poll(2) reports that
 * without a write. Where it cannot be called (no permission for FFI, another system), the promise stays
 * pending, and the next write finds out.
 */
export async function readerGone(fd: number): Promise<void> {
  const poll = isPipe(fd) ? openLibrary()?.poll : undefined;
  if (poll === undefined) return await new Promise(() => {});
  // struct pollfd; errors and hang-ups are reported without being asked for.
  const descriptor = new Int32Array([fd, 0]);
  while (await poll(descriptor, 1n, -1) < 1);
}

/** Whether a file descriptor is a pipe or a socket, which another process reads. */
export function isPipe(fd: number): boolean {
  try {
    const file = fstatSync(fd);
    return file.isFIFO() || file.isSocket();
  } catch {
    return false;
  }
}

/** Whether a full stream is known to make a writer wait instead of failing; false when unknown. */
export function isBlocking(fd: number): boolean {
  const flags = openLibrary()?.fcntl(fd, F_GETFL) ?? -1;
  return flags >= 0 && (flags & O_NONBLOCK) === 0;
}

function openLibrary() {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  for (const library of LIBRARIES[Deno.build.os] ?? []) {
    try {
      return Deno.dlopen(library, SYMBOLS).symbols;
    } catch {
      // This system has the library under another name.
    }
  }
  return undefined;
}
