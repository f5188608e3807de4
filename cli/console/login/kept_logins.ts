import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { isErr } from "../../../contracts/result.ts";
import { removeIfThere, writePrivateFile } from "../../nats_server/data_dir/private_file.ts";
import { readPrivateFile } from "../../nats_server/security/key_folder.ts";

const FORMAT = "trellis.console.v1";
const COOKIE = /^[A-Za-z0-9_-]{43}$/;

/** Milliseconds that a browser stays logged in; a session ends by itself after as long. */
export const LOGIN_MS = 7 * 24 * 3_600_000;

/** A browser that is logged in. */
export interface ConsoleLogin {
  /** The key of its session; missing where the server lets in everybody. */
  readonly key?: KeyPair;
  /** What people call who is logged in. */
  readonly name: string;
}

/**
 * The logins of browsers, a file for each, so that nobody is logged out by a restart. What a browser brings
 * is in no file: they are named by a hash of it.
 */
export class KeptLogins {
  readonly #dir: string;
  readonly #now: () => number;

  /**
   * @param dir where they are kept
   * @param now milliseconds since 1970
   */
  constructor(dir: string, now: () => number) {
    this.#dir = dir;
    this.#now = now;
  }

  /** Keeps a login, and answers what its browser brings from now on. */
  async add({ key, name }: ConsoleLogin): Promise<string> {
    const cookie = randomBytes(32).toString("base64url");
    await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const expiresAt = new Date(this.#now() + LOGIN_MS).toISOString();
    const content = { format: FORMAT, name, expiresAt, ...(key && { seed: key.seed }) };
    await writePrivateFile(this.#fileOf(cookie), `${JSON.stringify(content, undefined, 2)}\n`);
    return cookie;
  }

  /** The login of a browser; undefined where there is none, or none any more. */
  async read(cookie: string): Promise<ConsoleLogin | undefined> {
    if (!COOKIE.test(cookie)) return undefined;
    const login = await this.#readFile(this.#fileOf(cookie));
    if (login === undefined) await this.remove(cookie);
    return login;
  }

  /** Forgets the login of a browser. */
  async remove(cookie: string): Promise<void> {
    await removeIfThere(this.#fileOf(cookie));
  }

  /** Forgets those that are over. */
  async sweep(): Promise<void> {
    const files = [];
    try {
      for await (const { name } of Deno.readDir(this.#dir)) {
        if (name.endsWith(".json")) files.push(join(this.#dir, name));
      }
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    }
    for (const file of files) {
      if (await this.#readFile(file) === undefined) await removeIfThere(file);
    }
  }

  /** What others may read, or what is damaged, is no login. */
  async #readFile(file: string): Promise<ConsoleLogin | undefined> {
    const text = (await readPrivateFile(file)).take();
    if (isErr(text) || text === undefined) return undefined;
    const value = readJson(text);
    const { format, name, expiresAt, seed } = isRecord(value) ? value : {};
    const isGood = format === FORMAT && typeof name === "string" && typeof expiresAt === "string" &&
      Date.parse(expiresAt) > this.#now();
    if (!isGood) return undefined;
    if (seed === undefined) return { name };
    const key = typeof seed === "string" ? KeyPair.fromSeed("user", seed) : undefined;
    return key && { name, key };
  }

  #fileOf(cookie: string): string {
    return join(this.#dir, `${createHash("sha256").update(cookie).digest("hex")}.json`);
  }
}
