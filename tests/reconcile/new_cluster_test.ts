import { assertEquals } from "@std/assert";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { freePorts } from "../support/nats_cluster.ts";
import { TrellisServer } from "../support/trellis_server.ts";

Deno.test("authority opens on a cluster that has just started and has no leader yet", async () => {
  const ports = freePorts(3);
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  const start = (port: number) =>
    TrellisServer.start({
      configText: `cluster { name: c, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
    });
  await using first = await start(ports[0]!);
  const { connection } = await first.connect();
  const opening = openAuthority(connection, { waitMs: 30_000 });
  await using _second = await start(ports[1]!);
  await using _third = await start(ports[2]!);
  const authority = (await opening).orThrow();
  assertEquals((await authority.list()).orThrow(), []);
});
