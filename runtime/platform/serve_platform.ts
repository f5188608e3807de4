import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { CatalogContract } from "../../contracts/platform/models/index.ts";
import { ok } from "../../contracts/result.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { serveContract, type ServedPlatform } from "./serve_contract.ts";

export type { ServedPlatform } from "./serve_contract.ts";

/** Serves `trellis.core@v1` on a connection. */
export function servePlatform(
  messaging: NatsMessaging,
  ports: { catalog(): Promise<readonly CatalogContract[]> },
): ServedPlatform {
  return serveContract(messaging, core, {
    "Trellis.Catalog": async () =>
      ok({
        catalog: { format: "trellis.catalog.v1", contracts: [...await ports.catalog()] },
      }),
  });
}
