/** Longest key of an entry, in bytes of UTF-8: what NATS takes as a subject ends soon after. */
export const MAX_STATE_KEY_BYTES = 1024;

const encoder = new TextEncoder();

/** Why a text cannot be the key of an entry; undefined when it can. */
export function stateKeyProblem(key: string): string | undefined {
  if (key === "") return "is empty";
  if (!key.isWellFormed()) return "holds half of a surrogate pair, which is no character";
  const bytes = encoder.encode(key).length;
  return bytes > MAX_STATE_KEY_BYTES
    ? `has ${bytes} bytes; ${MAX_STATE_KEY_BYTES} are the most`
    : undefined;
}
