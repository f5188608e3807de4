import { join } from "node:path";

/** Where a server without accounts keeps its streams. */
const DEFAULT_ACCOUNT = "$G";

/**
 * Gives the streams of a server that had no accounts to an account, so that a server which is secured from
 * now on goes on with its data. Nothing is moved over the streams that the account has. The server must not
 * run. True when something was moved.
 */
export async function adoptDefaultAccount(storeDir: string, account: string): Promise<boolean> {
  const accounts = join(storeDir, "jetstream");
  if (await isThere(join(accounts, account))) return false;
  if (!await isThere(join(accounts, DEFAULT_ACCOUNT))) return false;
  await Deno.rename(join(accounts, DEFAULT_ACCOUNT), join(accounts, account));
  return true;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}
