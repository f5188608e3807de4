/** A piece of a command line. */
export type Token =
  | { readonly kind: "word"; readonly text: string }
  | {
    readonly kind: "option";
    /** As it was given, without a value: `--state`. */
    readonly name: string;
    /** Undefined: there was none. */
    readonly value: string | undefined;
  };

/** A negative number is a value; nothing that Trellis knows as an option begins like one. */
const NEGATIVE_NUMBER = /^-\.?\d/;

/** What can be typed for an option in short. */
const SHORT: ReadonlyMap<string, string> = new Map([["-h", "--help"], ["-V", "--version"]]);

/**
 * Splits a command line into words and options. Behind `--`, everything is a word; so are `-` and
 * negative numbers. A value follows its option as `--name value` or `--name=value`.
 *
 * @param takesValue what is known of an option; undefined for an unknown one
 */
export function tokenize(
  argv: readonly string[],
  takesValue: (name: string) => boolean | undefined,
): readonly Token[] {
  const end = argv.indexOf("--");
  const mixed = end < 0 ? argv : argv.slice(0, end);
  const words = end < 0 ? [] : argv.slice(end + 1);
  const tokens: Token[] = [];
  for (let index = 0; index < mixed.length; index++) {
    const given = mixed[index] ?? "";
    if (!given.startsWith("-") || given === "-" || NEGATIVE_NUMBER.test(given)) {
      tokens.push({ kind: "word", text: given });
      continue;
    }
    const equals = given.startsWith("--") ? given.indexOf("=") : -1;
    const name = SHORT.get(given) ?? (equals < 0 ? given : given.slice(0, equals));
    let value = equals < 0 ? undefined : given.slice(equals + 1);
    const next = mixed[index + 1];
    // `--nats --json`: the value was forgotten, rather than being called `--json`.
    if (
      value === undefined && takesValue(name) && next !== undefined &&
      takesValue(nameOf(next)) === undefined
    ) {
      value = next;
      index++;
    }
    tokens.push({ kind: "option", name, value });
  }
  return [...tokens, ...words.map((text): Token => ({ kind: "word", text }))];
}

function nameOf(given: string): string {
  const [name = given] = given.split("=", 1);
  return SHORT.get(given) ?? name;
}
