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
  return (value) => {
    const bytes = codec.encode(key, value).take();
    if (isErr(bytes)) return bytes.error.message;
    return bytes.length > most ? `the value has ${bytes.length} bytes: too many` : undefined;
  };
}
