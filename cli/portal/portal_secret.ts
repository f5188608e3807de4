import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import { readJson } from "../../contracts/json/json.ts";

/** What a secret is used for: nothing that is good for one is good for another. */
export type SecretUse =
  | "address"
  | "challenge"
  | "code"
  | "console"
  | "first-admin"
  | "link"
  | "oidc"
  | "page";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A secret that all portals of one Trellis have, so that each of them knows what another one has given: it
 * follows from the key of the platform.
 */
export class PortalSecret {
  readonly #seed: string;
  readonly #keys = new Map<SecretUse, Uint8Array>();

  /** @param platform the key of the platform */
  constructor({ seed }: Pick<KeyPair, "seed">) {
    this.#seed = seed;
  }

  /** What follows from a text, and nobody else can say: 32 bytes. */
  derive(use: SecretUse, text: string): Uint8Array {
    return createHmac("sha256", this.#keyOf(use)).update(text).digest();
  }

  /** The same, to be compared or to stand in an address. */
  token(use: SecretUse, text: string): string {
    return this.derive(use, text).toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** A value for the hands of others, who can neither read nor change it. */
  seal(use: SecretUse, value: object): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#keyOf(use), iv);
    const sealed = Buffer.concat([
      iv,
      cipher.update(JSON.stringify(value)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return sealed.toString("base64url");
  }

  /** What was sealed; undefined where it was not, or not for this. */
  open(use: SecretUse, sealed: string): unknown {
    const bytes = Buffer.from(sealed, "base64url");
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const iv = bytes.subarray(0, IV_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#keyOf(use), iv);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
      return readJson(Buffer.concat([text, decipher.final()]).toString());
    } catch {
      return undefined;
    }
  }

  #keyOf(use: SecretUse): Uint8Array {
    const known = this.#keys.get(use);
    if (known !== undefined) return known;
    const key = new Uint8Array(hkdfSync("sha256", this.#seed, "", `trellis.portal.v1 ${use}`, 32));
    this.#keys.set(use, key);
    return key;
  }
}
