import { statfsSync } from "node:fs";

/** What the servers of the tests keep at most, with room to spare. */
const NEEDED_BYTES = 4 * 1024 ** 3;
/** A file system in memory, where Linux has one. */
const IN_MEMORY = "/dev/shm";

/** New folders for all that the tests write; they go away with their block. */
export class GateFolder implements Disposable {
  /** For projects and other files: on disk, because Deno forbids most programs to write below `/dev`. */
  readonly path: string = Deno.makeTempDirSync({ prefix: "trellis-gate-" });
  /** For the streams of NATS servers: in memory where there is room. */
  readonly stores: string = storesInMemory() ?? this.path;

  [Symbol.dispose](): void {
    for (const path of new Set([this.path, this.stores])) remove(path);
  }
}

function storesInMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    const free = Math.min(bavail * bsize, Deno.systemMemoryInfo().available);
    if (free < NEEDED_BYTES) return undefined;
    return Deno.makeTempDirSync({ prefix: "trellis-gate-", dir: IN_MEMORY });
  } catch {
    // There is none, or it is closed to us.
    return undefined;
  }
}

function remove(path: string): void {
  // Servers that were killed a moment ago may still write.
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return Deno.removeSync(path, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
    }
  }
}
