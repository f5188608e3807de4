import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RunningProject } from "../e2e/support/running_project.ts";
import { TempProject } from "../e2e/support/temp_project.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";

const AUTHORITY = ["svc", "orders-service", "authority"];
const BUCKET = "svc_orders_service_orders";

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";
import * as schemas from "../schemas.ts";

export const ordersService = defineServiceContract(
  { schemas },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Keeps orders.",
    resources: {
      kv: {
        orders: {
          purpose: "Store order records",
          schema: ref.schema("Order"),
          history: 1,
          ttlMs: 0,
        },
      },
    },
  }),
);
`;

const MAIN = `import { isErr, TrellisService } from "@qlever-llc/trellis";
import { ordersService } from "./contracts/orders_service.ts";

const service = await TrellisService.connect({ contract: ordersService }).orThrow();
const startupEntry = await service.kv.orders.get("some-key").take();
console.error(
  isErr(startupEntry)
    ? \`some-key: \${startupEntry.error.reason}\`
    : \`some-key: \${startupEntry.value.status}\`,
);
await service.wait();
`;

const ORDER = {
  orderId: "some-key",
  customerId: "ada",
  status: "shipped",
  items: [{ productId: "book", quantity: 1 }],
  createdAt: "2030-01-02T03:04:05.000Z",
};

/** The tutorial's project, run by `dev --review`; its types are not what is tested. */
async function tutorial(...words: readonly string[]): Promise<RunningProject> {
  const schemas = new URL("tutorial/schemas.ts", import.meta.url);
  const project = await TempProject.create({
    "schemas.ts": await Deno.readTextFile(schemas),
    "contracts/orders_service.ts": CONTRACT,
    "main.ts": MAIN,
  });
  return await RunningProject.start(project, {
    words: ["dev", "--review", "--no-types", ...words],
  });
}

interface PlanSummary {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
}

async function pendingPlan(running: RunningProject): Promise<PlanSummary> {
  const plans = await running.json<PlanSummary[]>(
    [...AUTHORITY, "plan", "list", "--state", "pending"],
  );
  assertEquals(plans.length, 1);
  return plans[0]!;
}

async function buckets(running: RunningProject): Promise<readonly string[]> {
  const messaging = await running.connect();
  try {
    return await new RawBuckets(messaging.connection).names();
  } finally {
    await messaging.close();
  }
}

Deno.test("the tutorial's project, as its plans are decided", async (t) => {
  await using orders = await tutorial();
  await t.step(
    "[T24] [T25] [T26] the tutorial's three commands list, show and accept, and the bucket is there",
    () => firstPlan(orders),
  );
  await t.step(
    "[T26] accept-migration asks for an acknowledgement, and the migration is then in force",
    () => migration(orders),
  );
});

async function firstPlan(orders: RunningProject): Promise<void> {
  await orders.dev.until("orders-service waits for a decision");
  assertEquals(await buckets(orders), []);

  const listed = await orders.trellis([...AUTHORITY, "plan", "list", "--state", "pending"]);
  assertEquals([listed.code, listed.stderr], [0, ""]);
  const { id, kind, state } = await pendingPlan(orders);
  assertStringIncludes(listed.stdout, id);
  assertEquals([kind, state], ["update", "pending"]);

  const shown = await orders.trellis([...AUTHORITY, "plan", "show", id]);
  assertEquals(shown.code, 0);
  assertStringIncludes(shown.stdout, "kv orders");
  assertStringIncludes(shown.stdout, "kv.added");
  assertEquals(await buckets(orders), []);

  const accepted = await orders.trellis([...AUTHORITY, "accept-update", id]);
  assertEquals(accepted.code, 0);
  assertStringIncludes(accepted.stdout, "is at version 1, and reconciled");
  // The service talks by itself.
  await orders.dev.untilAll(["some-key: not_found", "orders-service reconciled at version 1"]);
  assertEquals(await buckets(orders), [BUCKET]);

  await orders.json(["kv", "put", "orders-service", "orders", "some-key", JSON.stringify(ORDER)]);
  await orders.project.edit(
    "main.ts",
    "some-key: ${startupEntry.value",
    "found: ${startupEntry.value",
  );
  await orders.dev.until("found: shipped");
  const none = await orders.trellis([...AUTHORITY, "plan", "list", "--state", "pending"]);
  assertStringIncludes(none.stdout, "no pending plans");
}

async function migration(orders: RunningProject): Promise<void> {
  await orders.project.edit("contracts/orders_service.ts", "ttlMs: 0", "ttlMs: 60_000");
  await orders.dev.until("waits for a decision: 1 dangerous change");
  const { id, kind } = await pendingPlan(orders);
  assertEquals(kind, "migration");
  const without = await orders.trellis([...AUTHORITY, "accept-migration", id]);
  assertEquals(without.code, 2);
  assertStringIncludes(without.stderr, "--acknowledgement <text> is missing");
  assertEquals((await orders.trellis([...AUTHORITY, "accept-update", id])).code, 3);
  const accept = [...AUTHORITY, "accept-migration", id, "--acknowledgement", "orders may go"];
  assertEquals((await orders.trellis(accept)).code, 0);
  await orders.dev.until("reconciled at version 2");
  const [kept] = (await orders.json<{ acknowledgement?: string; version: number }[]>(
    [...AUTHORITY, "history"],
  )).filter(({ acknowledgement }) => acknowledgement !== undefined);
  assertEquals([kept?.acknowledgement, kept?.version], ["orders may go", 2]);
}

Deno.test("[T22] [T26] reject keeps the reason and provisions nothing", async () => {
  await using orders = await tutorial("--no-watch");
  const { id } = await pendingPlan(orders);
  const without = await orders.trellis([...AUTHORITY, "reject", id]);
  assertEquals(without.code, 2);
  const rejected = await orders.trellis([...AUTHORITY, "reject", id, "--reason", "not now"]);
  assertEquals(rejected.code, 0);
  const reconciled = await orders.trellis([...AUTHORITY, "reconcile"]);
  assertEquals(reconciled.code, 0);
  assertEquals(await buckets(orders), []);
  const [decision] = await orders.json<{ outcome: string; reason: string }[]>(
    [...AUTHORITY, "history"],
  );
  assertEquals([decision?.outcome, decision?.reason], ["rejected", "not now"]);
  const states = await orders.json<PlanSummary[]>([...AUTHORITY, "plan", "list", "--state", "all"]);
  assertEquals(states.map(({ state }) => state), ["rejected"]);
});

Deno.test("[T21] reconcile provisions by hand what was accepted while nothing ran", async () => {
  await using orders = await tutorial("--no-watch");
  const { id } = await pendingPlan(orders);
  // The process stands still: it cannot reconcile what is accepted now.
  orders.dev.signal("SIGSTOP");
  try {
    const accepted = await orders.trellis([...AUTHORITY, "accept-update", id, "--json"]);
    assertEquals(accepted.code, 0);
    assertEquals(JSON.parse(accepted.stdout).reconciled, false);
    assertEquals(await buckets(orders), []);
    const reconciled = await orders.trellis([...AUTHORITY, "reconcile"]);
    assertEquals(reconciled.code, 0);
    assertStringIncludes(reconciled.stdout, `created the bucket ${BUCKET}`);
    assert((await buckets(orders)).includes(BUCKET));
  } finally {
    orders.dev.signal("SIGCONT");
  }
  await orders.dev.until("some-key: not_found");
});
