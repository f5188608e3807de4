/**
 * A private Trellis for tests: a real, secured NATS server with real JetStream in a temporary folder,
 * the authority, and the services under test. Ready in a fraction of a second, gone at the end of
 * the scope.
 *
 * ```ts ignore
 * import { startTrellis } from "@qlever-llc/trellis/testing";
 *
 * Deno.test("an order is kept", async () => {
 *   await using trellis = await startTrellis({ services: [handlers] });
 *   const client = await trellis.client(contract);
 *   const { orderId } = await client.rpc.orders.create({ customerId: "ada", items: [] }).orThrow();
 * });
 *
 * Deno.test("who may not refund is refused", async () => {
 *   await using trellis = await startTrellis({ services: [handlers] });
 *   const ada = await trellis.client(contract, { user: "ada", capabilities: ["orders.read"] });
 *   await assertRejects(() => ada.rpc.orders.refund({ orderId: "o-1" }).orThrow(), TransportError);
 * });
 * ```
 *
 * @module
 */
import "../../runtime/host/deno_host.ts";
import "../../runtime/client/connect_late.ts";

export {
  startTrellis,
  type StartTrellisOptions,
  type TestTime,
  type TestTrellis,
} from "./start_trellis.ts";
export type { TestUser } from "./test_user.ts";
