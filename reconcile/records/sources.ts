import type { Signer } from "./chain.ts";

/** Clock, identifiers and the key of whoever decides, passed in so that decisions stay pure. */
export interface Sources {
  /** ISO date-time. */
  now(): string;
  /** A new ULID. */
  id(): string;
  /** Signs what is decided; missing where nobody has a key. */
  readonly signer?: Signer | undefined;
}
