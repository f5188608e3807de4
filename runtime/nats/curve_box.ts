import nacl from "tweetnacl";
import {
  decodePublicKey,
  decodeSeed,
  encodePublicKey,
  encodeSeed,
} from "../../contracts/identity/nkey.ts";

const VERSION = new TextEncoder().encode("xkv1");
const NONCE_BYTES = nacl.box.nonceLength;

/** Encrypts what two holders of curve keys send each other, as NATS does. */
export class CurveKey {
  readonly #secret: Uint8Array;
  /** The shared secrets by the other's public key: deriving one takes a hundred times as long as using it. */
  readonly #boxes = new Map<string, CurveBox>();
  /** The public half, as `XABC…`. */
  readonly publicKey: string;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
    this.publicKey = encodePublicKey("curve", nacl.box.keyPair.fromSecretKey(secret).publicKey);
  }

  /** The secret, as `SXABC…`. Neither printing the key nor writing it as JSON shows it. */
  get seed(): string {
    return encodeSeed("curve", this.#secret);
  }

  /** A new key. */
  static generate(): CurveKey {
    return new CurveKey(crypto.getRandomValues(new Uint8Array(32)));
  }

  /** The key of a seed; undefined when the text is not the seed of a curve key. */
  static fromSeed(text: string): CurveKey | undefined {
    const secret = decodeSeed("curve", text);
    return secret && new CurveKey(secret);
  }

  /** What is shared with the holder of a public key; undefined when the text is not one. */
  with(publicKey: string): CurveBox | undefined {
    const known = this.#boxes.get(publicKey);
    if (known !== undefined) return known;
    const other = decodePublicKey("curve", publicKey);
    if (other === undefined) return undefined;
    const box = new CurveBox(nacl.box.before(other, this.#secret));
    // A server has one key for as long as it runs; anybody else's only fill the table.
    if (this.#boxes.size >= MAX_BOXES) this.#boxes.clear();
    this.#boxes.set(publicKey, box);
    return box;
  }
}

const MAX_BOXES = 64;

/** Seals and opens with a shared secret. */
export class CurveBox {
  readonly #shared: Uint8Array;

  /** @param shared what `nacl.box.before` answers */
  constructor(shared: Uint8Array) {
    this.#shared = shared;
  }

  /** Encrypts bytes. */
  seal(bytes: Uint8Array): Uint8Array {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = nacl.box.after(bytes, nonce, this.#shared);
    const whole = new Uint8Array(VERSION.length + NONCE_BYTES + sealed.length);
    whole.set(VERSION);
    whole.set(nonce, VERSION.length);
    whole.set(sealed, VERSION.length + NONCE_BYTES);
    return whole;
  }

  /** The bytes behind what {@link seal} answered; undefined when it was not sealed for this pair of keys. */
  open(whole: Uint8Array): Uint8Array | undefined {
    if (!VERSION.every((byte, i) => whole[i] === byte)) return undefined;
    const end = VERSION.length + NONCE_BYTES;
    if (whole.length < end + nacl.box.overheadLength) return undefined;
    const nonce = whole.subarray(VERSION.length, end);
    return nacl.box.open.after(whole.subarray(end), nonce, this.#shared) ?? undefined;
  }
}
