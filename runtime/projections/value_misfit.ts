import { isErr } from "../../contracts/result.ts";
import type { ValueCodec } from "../kv/value_codec.ts";

/** What the headers of a value may take of the largest message, in bytes. */
const HEADER_BYTES = 1024;

/** Says why something is no value of a key; undefined when it is one. */
export function valueMisfit(
  codec: ValueCodec<unknown>,
  key: string,
  maxPayload: number | undefined,
): (value: unknown) => string | undefined {
  const most = (maxPayload ?? Infinity) - HEADER_BYTES;
  const limit = Math.min(most, codec.maxBytes ?? Infinity);
  return (value) => {
    const text = codec.text(key, value).take();
    if (isErr(text)) return text.error.message;
    // A UTF-16 code unit becomes at most three bytes.
    if (text.length * 3 <= limit) return undefined;
    const bytes = codec.encode(key, value).take();
    if (isErr(bytes)) return bytes.error.message;
    return bytes.length > most ? `the value has ${bytes.length} bytes: too many` : undefined;
  };
}
