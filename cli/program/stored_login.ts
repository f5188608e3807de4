import { join } from "node:path";
import { newerFormat } from "../../contracts/json/newer_format.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { removeIfThere, writePrivateFile } from "../nats_server/data_dir/private_file.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";
import { parseServerUrl } from "../nats_server/probe/server_url.ts";
import { readPrivateFile } from "../nats_server/security/key_folder.ts";

const FORMAT = "trellis.login.v1";

/** A login of the person at this machine, at one server. */
export interface StoredLogin {
  readonly key: KeyPair;
  /** Their name there. */
  readonly name: string;
}

/** The logins of the person at this machine: one file for each server, which only they can read. */
export class StoredLogins {
  readonly #dir: string;

  /** @param configDir where they keep what belongs to no project */
  constructor(configDir: string) {
    this.#dir = join(configDir, "logins");
  }

  /** The login at a server; undefined where there is none. Errors: `keys_damaged`, `keys_exposed`. */
  async read(url: string): Promise<Result<StoredLogin | undefined, ServerError>> {
    const file = this.#fileOf(url);
    if (file === undefined) return ok(undefined);
    const text = (await readPrivateFile(file)).take();
    if (isErr(text)) return text;
    if (text === undefined) return ok(undefined);
    const value = readJson(text);
    const { format, seed, name } = isRecord(value) ? value : {};
    const key = typeof seed === "string" ? KeyPair.fromSeed("user", seed) : undefined;
    if (format === FORMAT && key !== undefined && typeof name === "string") {
      return ok({ key, name });
    }
    const newer = newerFormat(value, FORMAT);
    const hint = newer === undefined
      ? "Remove it, and log in again."
      : `A newer Trellis has written it (${newer}): update Trellis.`;
    return err(new ServerError("keys_damaged", `${file} holds no login`, { hint }));
  }

  /** Whether a login can be kept, which is better known before somebody logs in. Errors: `store_unusable`. */
  async tryKeeping(): Promise<Result<void, ServerError>> {
    const file = join(this.#dir, "try");
    const written = await this.#write(file, "");
    if (written.isOk()) await removeIfThere(file);
    return written;
  }

  /** Keeps a login, in place of the one before. Errors: `store_unusable`. */
  async write(url: string, { key, name }: StoredLogin): Promise<Result<void, ServerError>> {
    const file = this.#fileOf(url);
    if (file === undefined) throw new TypeError("a login is kept for a server with an address");
    const content = { format: FORMAT, name, seed: key.seed };
    return await this.#write(file, `${JSON.stringify(content, undefined, 2)}\n`);
  }

  async #write(file: string, text: string): Promise<Result<void, ServerError>> {
    try {
      await Deno.mkdir(this.#dir, { recursive: true, mode: 0o700 });
      await writePrivateFile(file, text);
      return ok();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `no login can be kept in ${this.#dir}: ${reason}`;
      const hint = "Check its rights and the free space, or name another place: XDG_CONFIG_HOME.";
      return err(new ServerError("store_unusable", message, { hint, cause }));
    }
  }

  /** Forgets the login at a server. */
  async remove(url: string): Promise<void> {
    const file = this.#fileOf(url);
    if (file !== undefined) await removeIfThere(file);
  }

  #fileOf(url: string): string | undefined {
    const addresses = parseServerUrl(url).take();
    const [first] = isErr(addresses) ? [] : addresses;
    if (first === undefined) return undefined;
    return join(this.#dir, `${encodeURIComponent(`${first.host}:${first.port}`)}.json`);
  }
}
