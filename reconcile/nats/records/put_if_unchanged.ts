import type { KV } from "@nats-io/kv";
import { apiCode, isLostRace } from "../../../runtime/nats/jetstream/library_api_code.ts";

/**
 * Writes a key that still has a revision, or still does not exist where none is given; false when somebody
 * else was faster. Rejects when the server says no, or when it is not known whether the key was written.
 */
export async function putIfUnchanged(
  kv: KV,
  key: string,
  text: string,
  revision: number | undefined,
): Promise<boolean> {
  try {
    // The library writes over a tombstone where nothing is expected.
    if (revision === undefined) await kv.create(key, text);
    else await kv.update(key, text, revision);
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    if (apiCode(error) !== undefined) throw error;
    // The acknowledgement was lost: what is stored now shows whether it was written.
    if ((await kv.get(key))?.string() === text) return true;
    throw error;
  }
}
