/** Type of the section that holds the names which a shared object exports, and the size of its entries. */
const DYNAMIC_SYMBOLS = 11;
const SYMBOL_BYTES = 24;

/** Where the functions of a shared object of 64 bits begin, by their names, in bytes from its beginning. */
export function exportedFunctions(image: Uint8Array<ArrayBuffer>): ReadonlyMap<string, number> {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const sectionsAt = long(0x28);
  const sectionBytes = view.getUint16(0x3a, true);
  const section = (n: number) => {
    const at = sectionsAt + n * sectionBytes;
    return {
      type: view.getUint32(at + 4, true),
      from: long(at + 0x18),
      bytes: long(at + 0x20),
      link: view.getUint32(at + 0x28, true),
    };
  };
  const functions = new Map<string, number>();
  for (let n = 0; n < view.getUint16(0x3c, true); n++) {
    const { type, from, bytes, link } = section(n);
    if (type !== DYNAMIC_SYMBOLS) continue;
    const names = section(link).from;
    for (let at = from; at < from + bytes; at += SYMBOL_BYTES) {
      const name = names + view.getUint32(at, true);
      const text = new TextDecoder().decode(image.subarray(name, image.indexOf(0, name)));
      functions.set(text, long(at + 8));
    }
  }
  return functions;
}
