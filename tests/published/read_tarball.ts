const BLOCK = 512;
/** A regular file, in archives of both ages. */
const FILE = new Set(["", "0"]);

/** The files of a gzipped tar archive by path, each beginning with a slash. */
export async function readTarball(
  archive: Uint8Array<ArrayBuffer>,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const plain = new Blob([archive]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length)).split("\0")[0] ?? "";
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const [name, size] = [text(at, 100), parseInt(text(at + 124, 12), 8)];
    const type = text(at + 156, 1);
    if (!FILE.has(type)) throw new Error(`${name} is an entry of type ${type}, not a file`);
    const start = at + BLOCK;
    files.set(`/${name.replace(/^\.?\//, "")}`, bytes.slice(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
