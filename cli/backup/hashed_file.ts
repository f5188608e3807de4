import { createHash } from "node:crypto";

/** Bytes that are read at once. */
const READ_BYTES = 128 * 1024;

/** What was written or read of a file. */
export interface FileDigest {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
}

/** Writes a file part by part, and hashes it on the way. */
export class HashedFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #hash = createHash("sha256");
  #size = 0;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Makes a file that is not there yet, for its owner only. */
  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await Deno.open(path, { createNew: true, write: true, mode: 0o600 }));
  }

  /** Adds bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#size += bytes.length;
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#file.write(rest));
  }

  /** Says that all is written, and sees to it that it survives a crash. */
  async end(): Promise<FileDigest> {
    await this.#file.sync();
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** The bytes of a file, a part at a time, each in memory of its own; throws when `signal` stops it. */
export async function* partsOf(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  for (;;) {
    signal.throwIfAborted();
    const part = new Uint8Array(READ_BYTES);
    const count = await file.read(part);
    if (count === null) return;
    yield part.subarray(0, count);
  }
}

/** Hashes a file that is there. */
export async function digestOfFile(path: string, signal: AbortSignal): Promise<FileDigest> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const part of partsOf(path, signal)) {
    hash.update(part);
    size += part.length;
  }
  return { size, sha256: hash.digest("hex") };
}
