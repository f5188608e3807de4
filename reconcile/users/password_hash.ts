import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What a hash costs: memory is `128 * 2^ln * r` bytes. */
export interface HashCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 64 MiB and about a fifth of a second. */
const USUAL: HashCost = { ln: 16, r: 8, p: 1 };
/** A stored hash that costs more is not one of ours, and could take all memory. */
const MOST: HashCost = { ln: 18, r: 8, p: 4 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const PHC =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

/** Hashes passwords with scrypt, two at once at most, because each takes much memory. */
export class PasswordHasher {
  readonly #cost: HashCost;
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ cost = USUAL, atOnce = 2 }: { cost?: HashCost; atOnce?: number } = {}) {
    this.#cost = cost;
    this.#atOnce = atOnce;
  }

  /** The PHC string of a password, with its parameters and a new salt. */
  async hash(password: string): Promise<string> {
    const { ln, r, p } = this.#cost;
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, this.#cost);
    return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
  }

  /**
   * Whether a password is the one of a PHC string. Without one, and with one that cannot be read, it works
   * as long and answers false: the time does not show whether there is such a user.
   */
  async matches(password: string, phc: string | undefined): Promise<boolean> {
    const stored = phc === undefined ? undefined : readPhc(phc);
    const salt = stored?.salt ?? Buffer.alloc(SALT_BYTES);
    const hash = await this.#derive(password, salt, stored?.cost ?? this.#cost);
    return stored !== undefined && timingSafeEqual(hash, stored.hash);
  }

  async #derive(password: string, salt: Uint8Array, { ln, r, p }: HashCost): Promise<Uint8Array> {
    if (this.#running >= this.#atOnce) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      const N = 2 ** ln;
      // The same letters may come in two forms, from two keyboards.
      const text = password.normalize("NFC");
      return await new Promise((resolve, reject) =>
        scrypt(text, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, hash) => {
          if (error) reject(error);
          else resolve(hash);
        })
      );
    } finally {
      const next = this.#waiting.shift();
      // The place goes to whoever waits.
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

function readPhc(phc: string) {
  const [, ln, r, p, salt, hash] = PHC.exec(phc) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const bounded = (["ln", "r", "p"] as const).every((name) =>
    cost[name] >= 1 && cost[name] <= MOST[name]
  );
  if (!bounded) return undefined;
  return { cost, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

function unpadded(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}
