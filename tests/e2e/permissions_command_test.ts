import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import { propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { trellis } from "./support/trellis_command.ts";

const SVC = ["svc", "orders-service"];

Deno.test("svc permissions shows every subject with its reason, for people and for programs", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const run = (...words: readonly string[]) =>
    trellis([...SVC, ...words], { env: { NATS_URL: server.url } });
  await propose(authority, ordersRpc);
  assertStringIncludes((await run("permissions")).stdout, "nothing is accepted yet");
  assertEquals(
    (await trellis(["svc", "none", "permissions"], {
      env: { NATS_URL: server.url },
    })).code,
    4,
  );
  await provision(authority, ordersRpc);
  const { stdout, code } = await run("permissions");
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^serve rpc Orders\.Create\n +publish .+\n +subscribe +rpc\.v1\.Orders\.Create\.\*$/m,
  );
  assertMatch(stdout, /^read and write KV orders\n +publish +\$KV\.svc_\w+\.> +write keys$/m);
  const json = await run("permissions", "--json");
  const shown: Permissions & { principal: string } = JSON.parse(json.stdout);
  assertEquals(shown.principal, "service");
  assertEquals(shown.subscribe[0], { subject: "_INBOX.<session>.>", why: "receive answers" });
  assert(shown.publish.every(({ why }) => why !== ""));
});

Deno.test("a plan says in words what its instances may do then, and what no more", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ orders: {}, carts: {} }));
  const { plan } = await propose(authority, kvContract({ orders: {}, users: {} }));
  const run = (...words: readonly string[]) =>
    trellis([...SVC, "authority", "plan", "show", plan.id, ...words], {
      env: { NATS_URL: server.url },
    });
  const { stdout } = await run();
  assertStringIncludes(stdout, "gains the right to\n  read and write KV users\n");
  assertStringIncludes(stdout, "loses the right to\n  read and write KV carts\n");
  assertEquals(JSON.parse((await run("--json")).stdout).permissions, {
    gains: ["read and write KV users"],
    loses: ["read and write KV carts"],
  });
});
