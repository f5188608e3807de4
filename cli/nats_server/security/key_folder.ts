import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { removeIfThere, statIfThere, writePrivateFile } from "../data_dir/private_file.ts";
import { ServerError } from "../probe/server_error.ts";
import { adminCreds } from "./admin_creds.ts";
import {
  decodeKeyMaterial,
  encodeKeyMaterial,
  generateKeyMaterial,
  type KeyMaterial,
} from "./key_material.ts";

/** A genuine file has about 700 bytes. */
const MAX_BYTES = 64 * 1024;

const NO_FILE = "it is no file of keys";

/** The file with all secrets of a folder. */
export function keysFile(dir: string): string {
  return join(dir, "keys.json");
}

/** The file that makes its reader an admin. */
export function adminCredsFile(dir: string): string {
  return join(dir, "admin.creds");
}

/**
 * The keys of a folder, which are made when there are none: of processes that start at once, one makes
 * them. Only the user who runs this can read them. Writes the admin's credentials beside them.
 *
 * Errors: `keys_damaged`, `keys_exposed`, `keys_unusable`.
 */
export async function openKeyFolder(dir: string): Promise<Result<KeyMaterial, ServerError>> {
  try {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    const found = (await readKeyFolder(dir)).take();
    if (isErr(found)) return found;
    const keys = found === undefined ? (await makeKeys(dir)).take() : found;
    if (isErr(keys)) return keys;
    return (await keepCreds(adminCredsFile(dir), adminCreds(keys))).map(() => keys);
  } catch (cause) {
    return err(unusable(dir, cause));
  }
}

/**
 * The keys of a folder; undefined when there are none.
 *
 * Errors: `keys_damaged`, `keys_exposed`, `keys_unusable`.
 */
export async function readKeyFolder(
  dir: string,
): Promise<Result<KeyMaterial | undefined, ServerError>> {
  try {
    const folder = await statIfThere(dir);
    if (folder === undefined) return ok(undefined);
    const unsafe = exposed(dir, folder, 0o022);
    if (unsafe !== undefined) return err(unsafe);
    const file = keysFile(dir);
    const text = (await readPrivateFile(file)).take();
    if (isErr(text)) return text;
    if (text === undefined) return ok(undefined);
    const keys = decodeKeyMaterial(text);
    return "wrong" in keys ? err(damaged(dir, file, keys.wrong)) : ok(keys);
  } catch (cause) {
    return err(unusable(dir, cause));
  }
}

async function makeKeys(dir: string): Promise<Result<KeyMaterial, ServerError>> {
  const made = generateKeyMaterial(Math.floor(Date.now() / 1000));
  const file = keysFile(dir);
  const draft = `${file}.${crypto.randomUUID()}`;
  try {
    using open = await Deno.open(draft, { createNew: true, write: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(encodeKeyMaterial(made));
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await open.write(rest));
    // The name must not outlive a crash that the content does not.
    await open.syncData();
    // Never replaces a file that is there.
    await Deno.link(draft, file);
    return ok(made);
  } catch (cause) {
    // Another process was first, and its keys count.
    const theirs = (await readKeyFolder(dir)).take();
    if (isErr(theirs)) return theirs;
    return theirs === undefined ? err(unusable(dir, cause)) : ok(theirs);
  } finally {
    await removeIfThere(draft);
  }
}

/** Writes credentials where they are missing, or are those of other keys. */
async function keepCreds(file: string, text: string): Promise<Result<void, ServerError>> {
  const there = (await readPrivateFile(file)).take();
  if (isErr(there)) return there;
  if (there !== text) await writePrivateFile(file, text);
  return ok();
}

/**
 * The text of a file that only its owner may read; undefined where there is none.
 *
 * Errors: `keys_damaged`, `keys_exposed`.
 */
export async function readPrivateFile(
  path: string,
): Promise<Result<string | undefined, ServerError>> {
  const there = await statIfThere(path);
  // To open a pipe waits until somebody writes.
  if (there !== undefined && !there.isFile) return err(damaged(path, path, NO_FILE));
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return ok(undefined);
    throw cause;
  }
  try {
    // Of the file that is open, and not of another one that has taken its name.
    const info = await file.stat();
    if (!info.isFile || info.size > MAX_BYTES) {
      return err(damaged(path, path, NO_FILE));
    }
    const unsafe = exposed(path, info, 0o077);
    if (unsafe !== undefined) return err(unsafe);
    const bytes = new Uint8Array(info.size);
    for (let at = 0, count: number | null = 1; count; at += count ?? 0) {
      count = await file.read(bytes.subarray(at));
    }
    return ok(new TextDecoder().decode(bytes));
  } finally {
    file.close();
  }
}

/** Why a file or folder is not safe to rely on, where the system has owners and modes. */
function exposed(
  path: string,
  { uid, mode }: Deno.FileInfo,
  forbidden: number,
): ServerError | undefined {
  if (uid === null || mode === null || Deno.build.os === "windows") return undefined;
  const own = ownUid();
  if (own !== undefined && uid !== own && uid !== 0) {
    const hint = `Run Trellis as the owner of ${path}, or name another folder.`;
    return new ServerError("keys_exposed", `${path} belongs to another user (${uid})`, { hint });
  }
  if ((mode & forbidden) === 0) return undefined;
  const right = forbidden === 0o022 ? "700" : "600";
  const shown = (mode & 0o777).toString(8);
  return new ServerError(
    "keys_exposed",
    `other users of this machine have a right to ${path} (mode ${shown})`,
    {
      hint:
        `If nobody can have used it: chmod ${right} ${path}. Otherwise move the keys away, and new ` +
        "ones are made at the next start.",
    },
  );
}

function ownUid(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return state === "granted" ? Deno.uid() ?? undefined : undefined;
}

function damaged(dir: string, file: string, wrong: string): ServerError {
  return new ServerError("keys_damaged", `${file} cannot be used: ${wrong}`, {
    hint:
      `Restore it from a copy. Without one, move ${dir} away: new keys are made at the next start, ` +
      "and everybody has to log in again.",
  });
}

function unusable(dir: string, cause: unknown): ServerError {
  if (cause instanceof Deno.errors.NotCapable) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = "It must be a folder of this user, on a local file system that has hard links.";
  return new ServerError(
    "keys_unusable",
    `the keys in ${dir} cannot be read or written: ${reason}`,
    {
      hint,
      cause,
    },
  );
}
