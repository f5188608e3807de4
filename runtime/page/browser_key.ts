import { encodePublicKey } from "../../contracts/identity/nkey.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { forgetKept, keep, readKept } from "./key_database.ts";

/**
 * The key of a session in a web page. Its private half cannot be read out, by nobody: the browser signs with
 * it, and keeps it for the pages of this origin.
 */
export class BrowserKey implements SessionKey {
  /** In NATS' text form, as `UABC…`. */
  readonly publicKey: string;
  readonly #pair: CryptoKeyPair;

  private constructor(publicKey: string, pair: CryptoKeyPair) {
    this.publicKey = publicKey;
    this.#pair = pair;
  }

  /** A new key, which is not kept yet. */
  static async generate(): Promise<BrowserKey> {
    const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign"]);
    if (!isPair(pair)) throw new TypeError("this browser makes no Ed25519 keys");
    return await BrowserKey.#of(pair);
  }

  /** The key that is kept for a contract; undefined where there is none. */
  static async load(contract: { readonly id: string }): Promise<BrowserKey | undefined> {
    const pair = await readKept(contract.id);
    return isPair(pair) ? await BrowserKey.#of(pair) : undefined;
  }

  /** Forgets the key of a contract: nobody gets it back. Its session goes on until it is ended. */
  static async forget(contract: { readonly id: string }): Promise<void> {
    await forgetKept(contract.id);
  }

  /** Keeps the key for a contract, in place of the one before. */
  async keep(contract: { readonly id: string }): Promise<void> {
    await keep(contract.id, this.#pair);
  }

  /** Signs bytes: 64 bytes. */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const { privateKey } = this.#pair;
    return new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, Uint8Array.from(bytes)));
  }

  static async #of(pair: CryptoKeyPair): Promise<BrowserKey> {
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    return new BrowserKey(encodePublicKey("user", new Uint8Array(raw)), pair);
  }
}

function isPair(value: unknown): value is CryptoKeyPair {
  return isRecord(value) && value.privateKey instanceof CryptoKey &&
    value.publicKey instanceof CryptoKey;
}
