import { join } from "node:path";
import { statIfThere } from "./private_file.ts";

/** Where a server without accounts keeps its streams. */
const DEFAULT_ACCOUNT = "$G";

/**
 * Gives the streams of a server that had no accounts to an account, so that a server which is secured from
 * now on goes on with its data. Nothing is moved over the streams that the account has. The server must not
 * run. True when something was moved.
 */
export async function adoptDefaultAccount(storeDir: string, account: string): Promise<boolean> {
  const accounts = join(storeDir, "jetstream");
  const [own, earlier] = await Promise.all(
    [account, DEFAULT_ACCOUNT].map((name) => statIfThere(join(accounts, name))),
  );
  if (own !== undefined || earlier === undefined) return false;
  await Deno.rename(join(accounts, DEFAULT_ACCOUNT), join(accounts, account));
  return true;
}
