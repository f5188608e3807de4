import { decodeBase64 } from "../json/base64.ts";
import { decodeSeed, encodePublicKey, encodeSeed } from "./nkey.ts";
import type { SeedKey } from "./session_key.ts";

/** What stands before the bytes of an Ed25519 key in PKCS #8. */
// deno-fmt-ignore
const PKCS8_START = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/** The key of a user, by the Web Crypto API. */
export class WebKey implements SeedKey {
  readonly publicKey: string;
  readonly #key: CryptoKey;
  readonly #seed: string;

  private constructor(publicKey: string, key: CryptoKey, seed: string) {
    this.publicKey = publicKey;
    this.#key = key;
    this.#seed = seed;
  }

  /** A new key. */
  static generate(): Promise<WebKey> {
    return WebKey.#of(crypto.getRandomValues(new Uint8Array(32)));
  }

  /** The key of a seed; undefined when the text is not a seed of a user. */
  static async fromSeed(text: string): Promise<WebKey | undefined> {
    const seed = decodeSeed("user", text);
    return seed && await WebKey.#of(seed);
  }

  /** Neither printing the key nor writing it as JSON shows it. */
  get seed(): string {
    return this.#seed;
  }

  /** Signs bytes: 64 bytes. */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign("Ed25519", this.#key, Uint8Array.from(bytes)));
  }

  static async #of(seed: Uint8Array): Promise<WebKey> {
    const pkcs8 = Uint8Array.from([...PKCS8_START, ...seed]);
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
    // The public half is to be had in this form only.
    const { x = "" } = await crypto.subtle.exportKey("jwk", key);
    const publicKey = decodeBase64(x.replaceAll("-", "+").replaceAll("_", "/"));
    return new WebKey(encodePublicKey("user", publicKey), key, encodeSeed("user", seed));
  }
}
