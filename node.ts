/**
 * The client of Trellis for Node 20 and later, over TCP and TLS.
 *
 * ```ts ignore
 * import { TrellisClient } from "@qlever-llc/trellis/node";
 * import app from "./contracts/app.ts";
 *
 * const client = await TrellisClient.connect({ contract: app }).orThrow();
 * ```
 *
 * @module
 */

import "./contracts/define/check_contracts.ts";
import "./runtime/host/node_host.ts";

export * from "./client.ts";
