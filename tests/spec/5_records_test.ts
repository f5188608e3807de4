/**
 * Trellis keeps its records in NATS KV. A record's own id is there what a row's is in SQL, and the
 * members of a record are its columns. These tests read what is stored, past everything of ours.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import { decodeTime } from "ulid";
import { TrellisClient, TrellisService } from "@qlever-llc/trellis";
import { isRecord } from "../../contracts/json/json.ts";
import { isContractId, isDeploymentName } from "../../contracts/manifest/names.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const ULID_WITHIN = /(?<![0-9A-Z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Z])/;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const BUCKET = "trellis_authority";
const carts = kvContract({ carts: {} }, { id: "carts@v1" });
const widerCarts = kvContract({ carts: {}, more: {} }, { id: "carts@v1" });

interface Stored {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Two deployments with an accepted, a rejected and a pending plan, as they are stored. */
async function setUp(server: TrellisServer) {
  const authority = await server.authority();
  await provision(authority, ordersRpc);
  await provision(authority, carts);
  const rejected = await propose(authority, widerCarts);
  (await authority.decide("carts", rejected.plan.id, {
    verb: "reject",
    by: "reviewer",
    reason: "no",
  })).orThrow();
  await propose(authority, kvContract({ carts: { history: 5 } }, { id: "carts@v1" }));
  return { authority, stored: await storedRecords(server) };
}

async function storedRecords(server: TrellisServer): Promise<readonly Stored[]> {
  const raw = new RawBuckets((await server.connect()).connection);
  const stored: Stored[] = [];
  for (const key of await raw.keys(BUCKET)) {
    const value: unknown = JSON.parse(await raw.get(BUCKET, key) ?? "null");
    assert(isRecord(value), key);
    stored.push({ key, value });
  }
  assertEquals(stored.map(({ key }) => key.split(".")[0]).sort(), [
    ...["bindings", "bindings", "deployment", "deployment"],
    ...["plan", "plan", "plan", "plan", "surface", "surface"],
  ]);
  return stored;
}

/** Every member of a record by name, at every depth. */
function members(value: unknown, found: [string, unknown][] = []): [string, unknown][] {
  if (Array.isArray(value)) { for (const item of value) members(item, found); }
  else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      found.push([name, member]);
      members(member, found);
    }
  }
  return found;
}

function plansOf(stored: readonly Stored[]): readonly Stored[] {
  return stored.filter(({ key }) => key.startsWith("plan."));
}

Deno.test("[Y53] the id of a stored record is a ULID of the application, new for each record", async () => {
  const before = Date.now();
  await using server = await TrellisServer.start();
  await using other = await TrellisServer.start();
  const { stored } = await setUp(server);
  const ids = plansOf(stored).map(({ key, value }) => {
    assert(typeof value.id === "string" && ULID.test(value.id), key);
    assert(decodeTime(value.id) >= before && decodeTime(value.id) <= Date.now());
    // The key is that of the primary key: deployment, then the record's own id.
    assertEquals(key.split(".")[2], value.id);
    return value.id;
  });
  assertEquals(new Set(ids).size, 4);
  // Made by the application, and not derived: the same proposal elsewhere has another id.
  const again = await propose(await other.authority(), ordersRpc);
  assertFalse(ids.includes(again.plan.id));
});

Deno.test("[Y54] deployment, contract, digest and bucket are members of their own, with forms of their own", async () => {
  await using server = await TrellisServer.start();
  const { stored } = await setUp(server);
  const forms: Readonly<Record<string, (value: string) => boolean>> = {
    deployment: isDeploymentName,
    contract: isContractId,
    digest: (value) => DIGEST.test(value),
    bucket: (value) => /^[a-z0-9_]+$/.test(value),
    planId: (value) => ULID.test(value),
  };
  for (const [name, fits] of Object.entries(forms)) {
    const values = stored.flatMap(({ value }) => members(value)).filter(([at]) => at === name);
    assertNotEquals(values, [], name);
    for (const [, value] of values) assert(typeof value === "string" && fits(value), name);
  }
  for (const { value } of plansOf(stored)) {
    const needs = isRecord(value.needs) ? value.needs : {};
    const domain = [value.deployment, needs.contract, needs.digest];
    for (const one of domain) assert(typeof one === "string" && !one.includes(String(value.id)));
  }
  // No form admits an id of a record.
  const id = String(plansOf(stored)[0]?.value.id);
  for (const name of ["deployment", "contract", "digest", "bucket"]) {
    assertFalse(forms[name]?.(id), name);
  }
});

Deno.test("[Y55] records are asked for by deployment, and a plan by deployment and its id", async () => {
  await using server = await TrellisServer.start();
  const { authority } = await setUp(server);
  const [carts] = (await authority.plans("carts", "pending")).orThrow();
  const id = carts?.plan.id ?? "";
  assertEquals((await authority.show("carts")).orThrow().deployment, "carts");
  assertEquals((await authority.plan("carts", id)).orThrow().plan.deployment, "carts");
  // A record's id alone names nothing: not a deployment, nor a plan of another deployment.
  assertEquals(await codeOf(authority.show(id)), "deployment_not_found");
  assertEquals(await codeOf(authority.plan("orders-service", id)), "plan_not_found");
  assertEquals(await codeOf(authority.plan(id, id)), "deployment_not_found");
});

async function codeOf(asked: ReturnType<Authority["show"]> | ReturnType<Authority["plan"]>) {
  const result = await asked;
  return result.isErr() ? result.error.code : undefined;
}

Deno.test("[Y55] services ask by deployment and alias, and are shown no id of a record", async () => {
  await using server = await TrellisServer.start();
  const { authority, stored } = await setUp(server);
  for (const { key, value } of stored) {
    if (key.startsWith("bindings.")) assertFalse(ULID_WITHIN.test(JSON.stringify(value)), key);
  }
  await using service = await TrellisService
    .connect({ contract: ordersRpc, trellisUrl: server.url }).orThrow();
  assertEquals(Object.keys(service.kv), ["orders"]);
  await using client = await TrellisClient
    .connect({ contract: ordersRpc, trellisUrl: server.url }).orThrow();
  assertFalse(ULID_WITHIN.test(Object.keys(client.rpc).join()));
  // A later plan, with an id of its own, changes neither what is asked for nor where it is.
  const bucket = (await service.kv.orders.status()).orThrow();
  const { plan } = await propose(authority, widerCarts);
  await accept(authority, plan);
  assertEquals((await service.kv.orders.status()).orThrow().bucket, bucket.bucket);
});

Deno.test("[Y56] only a record's own identity is called id; every other identity is called after what it names", async () => {
  await using server = await TrellisServer.start();
  const { stored } = await setUp(server);
  const planIds = new Set(plansOf(stored).map(({ value }) => value.id));
  for (const { key, value } of stored) {
    for (const [name, member] of members(value)) {
      if (typeof member !== "string") continue;
      // Record ids stand under `id` in their own record, and under `planId` elsewhere.
      if (ULID.test(member)) assert(name === "id" || name === "planId", `${key} ${name}`);
      if (name === "id") {
        assert(key.startsWith("plan.") && member === value.id, `${key} ${name}`);
      }
      if (name === "planId") assert(planIds.has(member), `${key} ${name}`);
      // A change shows what stood at its path; everywhere else a contract is called a contract.
      const shown = name === "before" || name === "after";
      if (isContractId(member) && !shown) assertEquals(name, "contract", key);
    }
    assertEquals(Object.hasOwn(value, "id"), key.startsWith("plan."), key);
    assertEquals(typeof value.deployment, "string", key);
  }
});
