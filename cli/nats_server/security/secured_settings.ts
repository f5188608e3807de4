import type { Result } from "../../../contracts/result.ts";
import type { ServerError } from "../probe/server_error.ts";
import type { StartServerOptions } from "../start_server_options.ts";
import { openKeyFolder } from "./key_folder.ts";
import { type KeyMaterial, serverKeysOf } from "./key_material.ts";
import { ACCOUNT, embeddedServerConfig } from "./server_config.ts";

/** What a server on this machine is started with so that it is secured. */
export interface SecuredSettings {
  /** The keys of the server, and of those who serve it. */
  readonly keys: KeyMaterial;
  /** For `findOrStartServer`. */
  readonly settings: Required<Pick<StartServerOptions, "account" | "configText" | "keysDir">>;
}

/**
 * Reads the keys of a folder, makes them when there are none, and says how a server is started with them.
 * A server that runs already may have been started without: see `FoundServer.keysDir`.
 *
 * Errors: `keys_damaged`, `keys_exposed`, `keys_unusable`.
 */
export async function securedSettings(
  keysDir: string,
): Promise<Result<SecuredSettings, ServerError>> {
  return (await openKeyFolder(keysDir)).map((keys) => ({
    keys,
    settings: {
      account: ACCOUNT.trellis,
      configText: embeddedServerConfig(serverKeysOf(keys)),
      keysDir,
    },
  }));
}
