import fc from "fast-check";

/** Any code point but halves of pairs: as fast-check's own `binary`, which takes two seconds of a core to make. */
const CODE_POINT = fc.oneof(
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
).map(
  (code) => String.fromCodePoint(code),
  // Has it tell whether a text that is known to make trouble can be made of them.
  (text) => {
    if (typeof text !== "string" || [...text].length !== 1) throw new TypeError("no code point");
    return text.codePointAt(0) ?? 0;
  },
);

/** Texts of any code points, and names that are special to JavaScript. */
export function anyText(
  length: { readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<string> {
  return fc.string({ ...length, unit: CODE_POINT });
}
