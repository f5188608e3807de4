import contract from "../../examples/orders/contracts/orders_service.ts";
import type { Order } from "../../examples/orders/schemas.ts";
import { TrellisService, type TypedKV } from "../../mod.ts";
import { startPlainServer } from "./plain_server.ts";
import { openRawKv, type RawKv } from "../nats/raw_kv.ts";

/** The example's bucket on a server of its own, through Trellis and through the client library. */
export interface OrdersBucket extends AsyncDisposable {
  /** Through Trellis. */
  readonly trellis: TypedKV<Order>;
  /** The same bucket through the client library. */
  readonly raw: RawKv;
}

/** Starts a server and makes the bucket. */
export async function startOrdersBucket(): Promise<OrdersBucket> {
  await using cleanup = new AsyncDisposableStack();
  const { url: servers } = cleanup.use(await startPlainServer([contract]));
  const service = cleanup.use(
    await TrellisService.connect({ contract, trellisUrl: servers }).orThrow(),
  );
  const { orders } = service.kv;
  const { bucket } = await orders.status().orThrow();
  const raw = cleanup.use(await openRawKv(servers, bucket));
  const owned = cleanup.move();
  return { trellis: orders, raw, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
