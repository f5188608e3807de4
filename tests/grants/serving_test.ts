import { assertEquals, assertRejects } from "@std/assert";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { ok } from "../../contracts/result.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { provision, SILENT } from "../support/deployed.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const CONFIG = `accounts { A {
  jetstream: enabled
  users [
    { user: svc, password: svc, permissions: { subscribe: { deny: "rpc.v1.Orders.Get.*" } } }
  ]
} }
no_auth_user: svc`;

Deno.test("a service that the server does not let serve an RPC is not taken for one that serves", async () => {
  await using server = await TrellisServer.start({ configText: CONFIG });
  await provision(await server.authority(), ordersRpc);
  await using service = (await TrellisService.connect({
    contract: ordersRpc,
    trellisUrl: server.url,
    log: SILENT,
  })).orThrow();
  const serving = service.serving();
  service.handle.rpc.orders.create(({ input }) => ok(input));
  service.handle.rpc.orders.get(({ input }) => ok(input));
  const error = await assertRejects(() => serving, TransportError);
  assertEquals(error.code, "trellis.permission.denied");
});
