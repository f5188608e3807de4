/** The key of a session: who can sign with it is whom the session is of. */
export interface SessionKey {
  /** In NATS' text form, as `UABC…`. */
  readonly publicKey: string;
  /** Signs bytes: 64 bytes. Keys of the Web Crypto API answer later. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A key that can be kept as a text. */
export interface SeedKey extends SessionKey {
  /** The secret in NATS' text form: whoever has it is the holder of the key. */
  readonly seed: string;
}
