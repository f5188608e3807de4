/** One name may leave several buckets: only those that were counted or named are deleted. */
import { assertEquals } from "@std/assert";
import type { Contract } from "../../contracts/define/contract.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import { RESOURCE_KINDS, type ResourceKind } from "../../reconcile/resources/kinds.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { type KvBody, kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const MIGRATION = { verb: "accept-migration", by: "me", acknowledgement: "gone is gone" } as const;

type Aliases = Readonly<Record<string, { readonly renamedFrom?: string }>>;

/** Aliases of one kind, and what there is of them on a server of their own. */
async function ofKind(server: TrellisServer, kind: ResourceKind) {
  const authority = await server.authority();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const contract = (aliases: Aliases): Contract<KvBody> =>
    kind === "kv"
      ? kvContract(aliases, { id: "sw@v1" })
      : kvContract({}, { id: "sw@v1", store: aliases });
  return {
    authority,
    contract,
    provision: (aliases: Aliases) => provision(authority, contract(aliases)),
    names: () => kind === "kv" ? raw.names() : raw.stores(),
    fill: (name: string) =>
      kind === "kv"
        ? raw.put(name, "k", '{"name":"x"}')
        : new RawStore(connection, name).setEntry("k", entryText()),
    /** What another tool would make of the metadata. */
    claim: async (name: string, deployment: string) => {
      if (kind === "kv") {
        const { metadata } = await raw.config(name);
        return await raw.change(name, {
          metadata: { ...metadata, "trellis.deployment": deployment },
        });
      }
      const store = new RawStore(connection, name);
      const configs = await store.configs();
      for (const part of ["index", "objects"] as const) {
        const { metadata } = configs[part];
        await store.change(part, { metadata: { ...metadata, "trellis.deployment": deployment } });
      }
    },
    decide: (plan: Plan, ...deleteData: string[]) =>
      authority.decide("sw", plan.id, { ...MIGRATION, deleteData }),
    findings: async () => (await authority.verify("sw")).orThrow().findings,
  };
}

/** What a store's index holds for an object; nobody reads the object here. */
function entryText(): string {
  const written = new Date(0).toISOString();
  return JSON.stringify({ object: "0", size: 1, digest: "SHA-256=0", chunks: 1, written });
}

/** Buckets and values that a plan says it costs. */
function costs({ changes }: Plan): (readonly [string | undefined, number | undefined])[] {
  return changes.map(({ impact }) => [impact?.bucket, impact?.values]);
}

for (const kind of RESOURCE_KINDS) {
  Deno.test(`a removal deletes what it takes away, and no older data of the name: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ a: {}, b: {} });
    await given.fill("svc_sw_b");
    await given.provision({ a: {} });
    await given.provision({ b: { renamedFrom: "a" } });
    for (const asked of ["all", `${kind}/b`]) {
      const { plan } = await propose(given.authority, given.contract({}));
      assertEquals(costs(plan), [["svc_sw_a", 0]]);
      (await given.decide(plan, asked)).orThrow();
      const { record } = (await given.authority.reconcile("sw")).orThrow();
      assertEquals(await given.names(), ["svc_sw_b"], asked);
      assertEquals(record.retired.map(({ name, deletedBy }) => [name, deletedBy]), [
        ["svc_sw_b", undefined],
      ]);
      assertEquals(record.history.at(-1)?.deleteData, [`${kind}/b`]);
      assertEquals(await given.findings(), []);
      await given.provision({ a: {} });
      await given.provision({ b: { renamedFrom: "a" } });
    }
  });

  Deno.test(`of several buckets that a name left, one is named, counted and deleted: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ n: {} });
    await given.provision({});
    await given.provision({ m: {} });
    await given.fill("svc_sw_m");
    await given.provision({ n: { renamedFrom: "m" } });
    await given.provision({ o: {} });
    assertEquals(await given.names(), ["svc_sw_m", "svc_sw_n", "svc_sw_o"]);
    const both = await given.authority.deleteData("sw", `${kind}/n`, { by: "me" });
    assertEquals(both.isErr() && [both.error.code, both.error.hint], [
      "resource_not_retired",
      `name one: ${kind}/n@svc_sw_n, ${kind}/n@svc_sw_m`,
    ]);
    const ask = async (name: string) =>
      (await given.authority.deleteData("sw", `${kind}/n@${name}`, { by: "me" })).orThrow().plan;
    assertEquals(costs(await ask("svc_sw_n")), [["svc_sw_n", 0]]);
    const plan = await ask("svc_sw_m");
    assertEquals(costs(plan), [["svc_sw_m", 1]]);
    for (const other of [`${kind}/n@svc_sw_n`, `${kind}/o`]) {
      const more = await given.decide(plan, other);
      assertEquals(more.isErr() && more.error.code, "resource_not_retired", other);
    }
    (await given.decide(plan, "all", `${kind}/n`)).orThrow();
    const { record } = (await given.authority.reconcile("sw")).orThrow();
    assertEquals(await given.names(), ["svc_sw_n", "svc_sw_o"]);
    assertEquals(record.history.at(-1)?.deleteData, [`${kind}/n@svc_sw_m`]);
    assertEquals(await given.findings(), []);
  });

  Deno.test(`older data goes with another plan only when it is clear which: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ n: {} });
    await given.provision({ m: {} });
    await given.provision({ n: { renamedFrom: "m" } });
    await given.provision({ o: {} });
    const { plan } = await propose(given.authority, given.contract({}));
    const unclear = await given.decide(plan, `${kind}/n`);
    assertEquals(unclear.isErr() && unclear.error.code, "resource_not_retired");
    (await given.decide(plan, `${kind}/n@svc_sw_m`)).orThrow();
    (await given.authority.reconcile("sw")).orThrow();
    assertEquals(await given.names(), ["svc_sw_n", "svc_sw_o"]);
    assertEquals(await given.findings(), []);
  });

  Deno.test(`deleting older data of a name leaves what has the name now: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ a: {}, b: {} });
    await given.provision({ a: {} });
    await given.provision({ b: { renamedFrom: "a" } });
    await given.fill("svc_sw_a");
    const asked = await given.authority.deleteData("sw", `${kind}/b`, { by: "me" });
    (await given.decide(asked.orThrow().plan)).orThrow();
    const { materialized } = (await given.authority.reconcile("sw")).orThrow();
    assertEquals(await given.names(), ["svc_sw_a"]);
    const { kv, store } = materialized!.bindings;
    assertEquals(kind === "kv" ? kv.b?.bucket : store.b?.name, "svc_sw_a");
    assertEquals(await given.findings(), []);
  });

  Deno.test(`data of what is asked for again cannot be deleted: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ a: {}, b: {} });
    await given.fill("svc_sw_b");
    await given.provision({ a: {} });
    const { plan } = await propose(given.authority, given.contract({ a: {}, b: {} }));
    const inPassing = await given.decide(plan, `${kind}/b`);
    assertEquals(inPassing.isErr() && inPassing.error.code, "resource_not_retired");
    await accept(given.authority, plan);
    const asked = await given.authority.deleteData("sw", `${kind}/b`, { by: "me" });
    assertEquals(asked.isErr() && [asked.error.code, asked.error.message], [
      "resource_not_retired",
      `${kind}/b of sw is asked for again, with the data in svc_sw_b`,
    ]);
    const { record } = (await given.authority.reconcile("sw")).orThrow();
    assertEquals([await given.names(), record.retired], [["svc_sw_a", "svc_sw_b"], []]);
  });

  Deno.test(`a bucket that another owner claims is not deleted, nor forgotten: ${kind}`, async () => {
    await using server = await TrellisServer.start();
    const given = await ofKind(server, kind);
    await given.provision({ s: {}, t: {} });
    await given.claim("svc_sw_s", "other");
    const { plan } = await propose(given.authority, given.contract({ t: {} }));
    (await given.decide(plan, `${kind}/s`)).orThrow();
    for (let time = 0; time < 2; time++) {
      const { materialized, record } = (await given.authority.reconcile("sw")).orThrow();
      const problems = materialized?.problems.map(({ code, message }) => [code, message]);
      const noun = kind === "kv" ? "bucket" : "store";
      assertEquals([materialized?.state, problems], ["pending", [[
        "bucket_claimed",
        `the ${noun} svc_sw_s was to be deleted, but says that it belongs to other (s) now; it is kept`,
      ]]]);
      assertEquals(record.retired.map(({ name, deletedBy }) => [name, deletedBy]), [
        ["svc_sw_s", plan.id],
      ]);
      assertEquals(await given.names(), ["svc_sw_s", "svc_sw_t"]);
    }
    await given.claim("svc_sw_s", "sw");
    const { materialized, record } = (await given.authority.reconcile("sw")).orThrow();
    assertEquals([materialized?.state, record.retired], ["reconciled", []]);
    assertEquals(await given.names(), ["svc_sw_t"]);
    assertEquals(await given.findings(), []);
  });
}
