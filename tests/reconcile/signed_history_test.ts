import { assert, assertEquals } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { missingHeads, verifyHistory } from "../../reconcile/audit/verify_history.ts";
import { deviceSession } from "../../cli/platform/device_session.ts";
import { serviceSession } from "../../cli/platform/service_sessions.ts";
import { LOCAL_ADMIN } from "../../cli/platform/secured_platform.ts";
import { readHistory } from "../../reconcile/audit/read_history.ts";
import { openAccess } from "../../reconcile/nats/open_access.ts";
import { auditToRead, openAudit } from "../../reconcile/nats/open_audit.ts";
import { rootsOf } from "../../cli/nats_server/security/key_material.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shop } from "../support/platform/shops.ts";

const ADA = { kind: "user", id: "ada" } as const;
const EVE = { kind: "admin", id: "eve" } as const;

/** What a check of everything finds, by `code where`. */
async function verify(trellis: SecuredTrellis) {
  const { connection } = trellis.messaging;
  const report = (await verifyHistory({
    authority: trellis.authority,
    audit: await auditToRead(connection),
    holdings: trellis.platform.access.store,
    letIn: async () => ({
      sessions: await (await NatsSessionStore.open(connection)).list(),
      users: (await trellis.platform.users.store.loadAll()).orThrow().found,
    }),
  }, rootsOf(trellis.server.keys))).orThrow();
  const { deployments, grants, audit } = report;
  const chains = [...deployments, ...grants, audit];
  return {
    chains,
    found: chains.flatMap(({ findings }) => findings.map(({ code, where }) => `${code} ${where}`)),
    signedFrom: chains.map(({ signedFrom }) => signedFrom),
  };
}

async function decided(): Promise<SecuredTrellis> {
  const trellis = await SecuredTrellis.start();
  await provision(trellis.authority, kvContract({ orders: {} }));
  await provision(trellis.authority, shop);
  const { access } = trellis.platform;
  for (
    const [action, name] of [["add", "a::one"], ["add", "a::two"], ["remove", "a::one"]] as const
  ) {
    (await access.change({ action, holder: ADA, names: [name], by: "root" })).orThrow();
  }
  const contract = { manifest: shop.manifest, digest: shop.digest };
  const session = (await trellis.platform.openUserSession({ principal: ADA, contract })).orThrow();
  await session.revoke();
  return trellis;
}

Deno.test("decisions, grants and sessions are signed, and what a raw client does to them is named", async () => {
  await using trellis = await decided();
  const { connection } = trellis.messaging;
  const { chains, found, signedFrom } = await verify(trellis);
  assertEquals([found, signedFrom], [[], [1, 1, 1, 1]]);
  const heads = chains.map(({ hashes }) => hashes.at(-1) ?? "");
  assertEquals(missingHeads(heads, chains), []);
  const { authority, platform } = trellis;
  const lines = (await readHistory(authority, platform.access.store, platform.audit)).orThrow();
  assertEquals(lines.map(({ at }) => at), lines.map(({ at }) => at).toSorted());
  const kinds = [
    "audit.begun",
    "authority.mode",
    "grant.changed",
    "plan.accepted",
    "session.opened",
    "session.revoked",
  ];
  assertEquals([...new Set(lines.map(({ kind }) => kind))].sort(), kinds);
  const { publicKey } = trellis.server.keys.platform;
  assertEquals(new Set(lines.map(({ signedBy }) => signedBy)), new Set([publicKey]));
  assertEquals(missingHeads(["gone"], chains).map(({ code }) => code), ["head.missing"]);

  // A grant that nobody has signed, and one that is changed.
  const raw = new RawBuckets(connection);
  const held = await raw.get("trellis_grants", "user.ada") ?? "";
  const { hash: _h, signature: _s, signedBy: _b, ...bare } = JSON.parse(held);
  await raw.put("trellis_grants", "user.ada", held.replace('"a::two"', '"a::all"'));
  assert((await verify(trellis)).found.includes("entry.changed change 4"));
  await raw.put(
    "trellis_grants",
    "user.eve",
    JSON.stringify({
      ...bare,
      holder: { kind: "user", id: "eve" },
      seq: undefined,
      previous: undefined,
    }),
  );
  assert((await verify(trellis)).found.includes("signature.missing grant"));

  // A session that no entry tells of, and an entry that a foreign key has signed.
  const store = await NatsSessionStore.open(connection);
  const planted = KeyPair.generate("user");
  await store.put({
    format: "trellis.session.v1",
    publicKey: planted.publicKey,
    principal: EVE,
    createdAt: new Date().toISOString(),
  });
  assert((await verify(trellis)).found.includes("session.unrecorded session of admin:eve"));
  const forged = (await openAudit(connection, planted)).orThrow();
  const details = { publicKey: planted.publicKey };
  const entry = { kind: "session.opened", by: "admin:eve", subject: "admin:eve", details } as const;
  const { seq } = (await forged.append(entry)).orThrow();
  const after = (await verify(trellis)).found;
  assert(after.includes(`signature.foreign entry ${seq}`));
  assert(after.includes("session.unrecorded session of admin:eve"));
});

Deno.test("an admin who was let in signs with the key of the session, until that is revoked", async () => {
  await using trellis = await decided();
  const { connection } = trellis.messaging;
  const key = KeyPair.generate("user");
  const details = { publicKey: key.publicKey };
  const { audit } = trellis.platform;
  const eve = { by: "admin:eve", subject: "admin:eve", details } as const;
  (await audit.append({ kind: "session.opened", ...eve })).orThrow();
  const access = (await openAccess(connection, trellis.authority, key)).orThrow();
  const grant = (name: string) =>
    access.change({ action: "add", holder: ADA, names: [name], by: "admin:eve" });
  (await grant("a::three")).orThrow();
  assertEquals((await verify(trellis)).found, []);
  const revoked = (await audit.append({ kind: "session.revoked", ...eve })).orThrow();
  while (new Date().toISOString() <= revoked.at);
  (await grant("a::four")).orThrow();
  assertEquals((await verify(trellis)).found, ["signature.foreign change 5"]);
  // The admin of the file of keys signs on, though the session is revoked.
  (await trellis.platform.revoke({ principal: LOCAL_ADMIN }, "root")).orThrow();
  const { admin } = trellis.server.keys;
  const local = (await openAccess(connection, trellis.authority, admin)).orThrow();
  (await local.change({ action: "add", holder: ADA, names: ["a::five"], by: "root" })).orThrow();
  assertEquals((await verify(trellis)).found, ["signature.foreign change 5"]);
});

Deno.test("a process that is ended between entry and deed leaves an entry too many; a lost log is missed", async () => {
  await using trellis = await decided();
  const { audit } = trellis.platform;
  const details = { publicKey: KeyPair.generate("user").publicKey };
  (await audit.append({ kind: "session.opened", by: "user:ada", subject: "user:ada", details }))
    .orThrow();
  assertEquals((await verify(trellis)).found, []);
  await trellis.messaging.connection.request("$JS.API.STREAM.DELETE.trellis_audit");
  assert((await verify(trellis)).found.includes("audit.missing audit history"));
});

Deno.test("a device that was let in without an activation is found", async () => {
  await using trellis = await decided();
  const { audit } = trellis.platform;
  const store = await NatsSessionStore.open(trellis.messaging.connection);
  const { publicKey } = KeyPair.generate("user");
  const contract = { id: "wall@v1", digest: "d" };
  const at = (activate: boolean) =>
    deviceSession(publicKey, contract, { createdAt: new Date().toISOString(), activate });
  const subject = `device:${at(false).principal.id}`;
  const entry = { by: "root", subject, details: { publicKey, activation: "pending" } };
  (await audit.append({ kind: "session.opened", ...entry })).orThrow();
  await store.put(at(false));
  assertEquals((await verify(trellis)).found, []);
  await store.put(at(true));
  assertEquals((await verify(trellis)).found, [`session.unrecorded session of ${subject}`]);
  (await audit.append({ kind: "session.activated", ...entry })).orThrow();
  assertEquals((await verify(trellis)).found, []);
});

Deno.test("an older grant that is put back is found, and a new log vouches for nothing unsigned", async () => {
  await using trellis = await decided();
  const { connection } = trellis.messaging;
  const raw = new RawBuckets(connection);
  const held = (await trellis.platform.access.store.evidence()).orThrow();
  const { hash: _h, signature: _s, signedBy: _b, seq: _q, previous: _p, ...bare } = JSON.parse(
    held.at(-1)?.text ?? "",
  );
  const eve = JSON.stringify({ ...bare, holder: { kind: "user", id: "eve" } });
  await raw.put("trellis_grants", "user.eve", eve);
  assertEquals((await verify(trellis)).found, ["signature.missing grant"]);
  await connection.request("$JS.API.STREAM.DELETE.trellis_audit");
  (await openAudit(connection, trellis.server.keys.platform)).orThrow();
  assert((await verify(trellis)).found.includes("signature.missing grant"));
  await raw.purge("trellis_grants", "user.ada");
  await raw.put("trellis_grants", "user.ada", held[1]?.text ?? "");
  assert((await verify(trellis)).found.includes("chain.broken change 1"));
});

Deno.test("an instance that was let in for good is told of; those that a process runs need not be", async () => {
  await using trellis = await decided();
  const store = await NatsSessionStore.open(trellis.messaging.connection);
  await trellis.platform.openSession("orders-service");
  assertEquals((await verify(trellis)).found, []);
  const { publicKey } = KeyPair.generate("user");
  await store.put(serviceSession("orders-service", publicKey, new Date().toISOString()));
  const subject = "service:orders-service";
  assertEquals((await verify(trellis)).found, [`session.unrecorded session of ${subject}`]);
  const details = { publicKey };
  const entry = { kind: "session.opened", by: "root", subject, details } as const;
  (await trellis.platform.audit.append(entry)).orThrow();
  assertEquals((await verify(trellis)).found, []);
});
