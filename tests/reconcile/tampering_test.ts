import { assert, assertEquals } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { recordContext } from "../../reconcile/records/history_chain.ts";
import { sealedText } from "../../reconcile/records/sealed_text.ts";
import { propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const BUCKET = "trellis_authority";
const carts = (kv: Parameters<typeof kvContract>[0]) => kvContract(kv, { id: "carts@v1" });

Deno.test("what is stored on a server verifies, through every kind of decision", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, ordersRpc);
  await provision(authority, carts({ a: { history: 5 }, b: {} }));
  const rejected = await propose(authority, carts({ a: { history: 5 } }));
  const by = "reviewer";
  (await authority.decide("carts", rejected.plan.id, { verb: "reject", by, reason: "no" }))
    .orThrow();
  await propose(authority, carts({ a: { history: 3 }, b: {} }));
  await provision(authority, carts({ a: { history: 2 }, sales: { renamedFrom: "b" } }));
  (await authority.reconcile("carts")).orThrow();
  await provision(authority, carts({ a: { history: 2 } }));
  await provision(authority, carts({ a: { history: 2 }, sales: {} }));
  await propose(authority, carts({}));
  const reports = (await authority.verifyAll()).orThrow();
  assertEquals(reports.map(({ deployment }) => deployment), ["carts", "orders-service"]);
  assertEquals(reports.flatMap(({ findings }) => findings), []);
  assertEquals(reports.flatMap(({ notes }) => notes), []);
});

Deno.test("whatever another tool changes in what is stored is found, in the deployment it is about", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, ordersRpc);
  await provision(authority, carts({ a: {} }));
  await propose(authority, carts({ a: {}, b: {} }));
  const raw = new RawBuckets((await server.connect()).connection);
  const keys = (await raw.keys(BUCKET)).filter((key) =>
    /^(deployment|plan|bindings)\.carts/.test(key)
  );
  assertEquals(keys.length, 4);
  for (const key of keys) {
    const whole = await raw.get(BUCKET, key) ?? "";
    const edits = [
      whole.replace('"history":1', '"history":2'),
      JSON.stringify(JSON.parse(whole), null, 2),
      "{}",
      undefined,
    ];
    for (const edit of edits) {
      if (edit === whole) continue;
      if (edit === undefined) await raw.remove(BUCKET, key);
      else await raw.put(BUCKET, key, edit);
      const reports = (await authority.verifyAll()).orThrow();
      const damaged = reports.filter(({ findings }) => findings.length > 0);
      assertEquals(damaged.map(({ deployment }) => deployment), ["carts"], `${key} ${edit}`);
      await raw.put(BUCKET, key, whole);
    }
  }
  assertEquals((await authority.verify("carts")).orThrow().findings, []);
  assertEquals((await authority.verify("nothing")).isErr(), true);
});

const KEY = KeyPair.generate("user");
const TRUST = { trusted: new Map([[KEY.publicKey, { name: "the admin" }]]) };

Deno.test("what another tool changes and seals as Trellis does is found, because it cannot sign", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const authority = (await openAuthority(connection, { signer: KEY })).orThrow();
  await provision(authority, ordersRpc);
  await provision(authority, carts({ a: {}, b: {} }));
  await provision(authority, carts({ a: {} }));
  const raw = new RawBuckets(connection);
  const key = "deployment.carts";
  const whole = await raw.get(BUCKET, key) ?? "";
  const found = async (text: string) => {
    await raw.put(BUCKET, key, text);
    const reports = (await authority.verifyAll(TRUST)).orThrow();
    await raw.put(BUCKET, key, whole);
    assertEquals(
      reports.filter((one) => one.deployment !== "carts").flatMap((r) => r.findings),
      [],
    );
    const codes = reports.flatMap(({ findings }) => findings.map(({ code }) => code));
    return [...new Set(codes)].sort();
  };
  assertEquals(await found(whole), []);
  const { seal: _seal, sealedBy: _by, sealSignature: _signature, ...record } = JSON.parse(whole);
  const changes: readonly (readonly [object, readonly string[]])[] = [
    [{ retired: [] }, []],
    [{ mode: "dev" }, ["mode.differs"]],
    [{ materialized: { ...record.materialized, at: "2020-01-01T00:00:00Z" } }, []],
    [{ desired: { ...record.desired, digests: ["evil"] } }, ["desired.differs"]],
    [{ history: record.history.slice(1) }, ["chain.broken"]],
  ];
  for (const [change, more] of changes) {
    const changed = { ...record, ...change };
    const unsigned = await found(sealedText(changed));
    assert(unsigned.includes("signature.missing"), unsigned.join());
    for (const code of more) assert(unsigned.some((one) => one === code), unsigned.join());
    const context = recordContext("carts");
    const foreign = await found(
      sealedText(changed, { signer: KeyPair.generate("user"), context }),
    );
    assert(foreign.includes("signature.foreign"), foreign.join());
  }
});

Deno.test("a mode that changes is a decision like any other, and verifies", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, carts({ a: {} }));
  const { manifest, digest } = carts({ a: {}, b: {} });
  for (const mode of ["dev", "strict"] as const) {
    const [presented] = await authority.present([{ manifest, digest }], { mode, by: "author" });
    presented!.orThrow();
  }
  const { history, mode } = (await authority.history("carts")).orThrow();
  assertEquals(mode, "strict");
  assertEquals(history.map((one) => [one.outcome, one.mode]), [
    ["accepted", "strict"],
    ["mode", "dev"],
    ["accepted", undefined],
    ["mode", "strict"],
  ]);
  assertEquals((await authority.verify("carts")).orThrow().findings, []);
});

Deno.test("a record that is purged, or replaced by a new one, is missed", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, carts({ a: {}, b: {} }));
  await provision(authority, carts({ a: {} }));
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.purge(BUCKET, "deployment.carts");
  const codes = async () => {
    const { findings } = (await authority.verify("carts")).orThrow();
    return findings.map(({ code, where }) => `${code} ${where}`);
  };
  assertEquals(await codes(), [
    "record.missing record",
    "bucket.unknown stream KV_svc_carts_a",
    "bucket.unknown stream KV_svc_carts_b",
  ]);
  await provision(authority, carts({ a: {} }));
  const anew = await codes();
  assertEquals(anew.filter((one) => one.startsWith("plan.orphaned")).length, 2);
  assert(anew.includes("bucket.unknown stream KV_svc_carts_b"));
});

Deno.test("streams of deployments tell that all the records were deleted", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  assertEquals((await authority.verifyAll()).orThrow(), []);
  await provision(authority, kvContract({ a: {} }, { id: "carts@v1", store: { files: {} } }));
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.delete(BUCKET);
  const fresh = (await openAuthority((await server.connect()).connection)).orThrow();
  const [report, ...others] = (await fresh.verifyAll()).orThrow();
  assertEquals(others, []);
  assertEquals(report?.deployment, "carts");
  assertEquals(report?.findings.map(({ code }) => code), [
    "record.missing",
    "bucket.unknown",
    "bucket.unknown",
    "bucket.unknown",
  ]);
  assertEquals((await fresh.verify("carts")).orThrow().findings, report?.findings);
  assertEquals((await fresh.verify("nothing")).isErr(), true);
});

Deno.test("a long history stays small in the record, can be read, decided about and verified", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const ids: string[] = [];
  for (let i = 0; i < 140; i++) {
    const { plan } = await propose(authority, carts({ [`k${i % 2}`]: {} }));
    ids.push(plan.id);
  }
  const record = (await authority.show("carts")).orThrow();
  assert(record.history.length < 130);
  assert((record.archived ?? 0) > 0);
  const whole = (await authority.history("carts")).orThrow();
  assertEquals(whole.history.map(({ planId }) => planId), ids.slice(0, -1));
  assertEquals((await authority.verify("carts")).orThrow().findings, []);
  const raw = new RawBuckets((await server.connect()).connection);
  const archived = (await raw.keys(BUCKET)).filter((key) => key.startsWith("history."));
  assertEquals(archived.length, record.archived);
  // A plan whose decision is outside the record is known all the same.
  assertEquals((await authority.plan("carts", ids[0]!)).orThrow().state, "superseded");
  const late = await authority.decide("carts", ids[0]!, { verb: "accept-update", by: "me" });
  assertEquals(late.isErr() && late.error.code, "plan_superseded");
  assertEquals((await authority.plans("carts", "superseded")).orThrow().length, 139);
  await raw.put(BUCKET, archived[3]!, '{"planId":"x"}');
  const found = (await authority.verify("carts")).orThrow().findings.map(({ code }) => code);
  assert(found.includes("archive.changed"));
  assertEquals((await authority.history("carts")).isErr(), true);
  await raw.remove(BUCKET, archived[3]!);
  const missing = (await authority.verify("carts")).orThrow().findings.map(({ code }) => code);
  assert(missing.includes("archive.missing"));
});
