/**
 * The key of a device, from the one secret that it keeps. For the program of a device, and for the factory
 * that makes it.
 *
 * @module
 */

import { hkdfSync } from "node:crypto";
import { KeyPair } from "./key_pair.ts";

/** A shorter secret can be found by trying. */
const LEAST_BYTES = 16;
const INFO = "trellis.device.v1";
const ROOT_BYTES = 32;
const ENCODING = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Derives the key of a device from its root secret, the same each time, by HKDF-SHA256 without salt. The
 * root secret need not be kept where it is used: nobody finds it from the key.
 *
 * ```ts ignore
 * import { deviceKey } from "@qlever-llc/trellis/device";
 *
 * const { seed } = deviceKey(await Deno.readTextFile("/etc/device/root.secret"));
 * const client = await TrellisClient.connect({ contract, trellisUrl, sessionKeySeed: seed }).orThrow();
 * ```
 *
 * Throws a RangeError for what is no root secret.
 *
 * @param rootSecret 16 bytes or more from a good source, or `trellis devices add` has printed it
 * @returns the secret half for the device alone, the public half for `trellis devices add`
 */
export function deviceKey(
  rootSecret: string | Uint8Array,
): { readonly seed: string; readonly publicKey: string } {
  const root = typeof rootSecret === "string" ? decoded(rootSecret) : rootSecret;
  if (root === undefined || root.length < LEAST_BYTES) {
    throw new RangeError(`a root secret is ${LEAST_BYTES} bytes or more, as base64url in a text`);
  }
  const bytes = new Uint8Array(hkdfSync("sha256", root, new Uint8Array(), INFO, 32));
  const { seed, publicKey } = KeyPair.fromBytes("user", bytes);
  return { seed, publicKey };
}

/** A new root secret, as a text: 32 random bytes. */
export function newRootSecret(): string {
  return crypto.getRandomValues(new Uint8Array(ROOT_BYTES)).toBase64(ENCODING);
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text.trim(), { alphabet: "base64url" });
  } catch {
    // The cause would show the secret.
    return undefined;
  }
}
