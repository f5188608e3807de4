import { assert, assertEquals } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { ordersRpc } from "../../../tests/support/orders_rpc.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { AUDIT_CHAIN, type AuditEntry, readAuditEntry } from "../../audit/audit_entry.ts";
import type { AuditLog } from "../../audit/audit_log.ts";
import { hasSigned, linkHash } from "../../records/chain.ts";
import { openAudit } from "../open_audit.ts";

const LOGIN = { kind: "login.succeeded", by: "user:ada", subject: "user:ada" } as const;

async function entriesOf(log: AuditLog): Promise<readonly AuditEntry[]> {
  const entries = (await log.read()).orThrow().map(readAuditEntry);
  assert(entries.every((entry) => entry !== undefined));
  return entries;
}

Deno.test("entries of several processes are one chain, each signed by the process that wrote it", async () => {
  await using server = await TrellisServer.start();
  const keys = Array.from({ length: 4 }, () => KeyPair.generate("user"));
  const logs = await Promise.all(
    keys.map(async (key) => (await openAudit((await server.connect()).connection, key)).orThrow()),
  );
  const appended = await Promise.all(
    logs.flatMap((log) => Array.from({ length: 10 }, () => log.append(LOGIN))),
  );
  for (const entry of appended) entry.orThrow();
  const entries = await entriesOf(logs[0]!);
  assertEquals(entries.map(({ kind }) => kind), [
    "audit.begun",
    ...Array.from({ length: 40 }, () => LOGIN.kind),
  ]);
  assertEquals(entries.map(({ seq }) => seq), Array.from({ length: 41 }, (_, i) => i + 1));
  const behind = async (place: number) =>
    (await logs[0]!.read(place)).orThrow().map(readAuditEntry);
  assertEquals(await behind(39), entries.slice(39));
  assertEquals(await behind(41), []);
  for (const [index, entry] of entries.entries()) {
    assertEquals(entry.previous, entries[index - 1]?.hash ?? "");
    assertEquals(entry.hash, linkHash(entry));
    assert(hasSigned(entry, AUDIT_CHAIN, entry.hash));
  }
  const counts = keys.map(({ publicKey }) =>
    entries.filter(({ kind, signedBy }) => kind === LOGIN.kind && signedBy === publicKey).length
  );
  assertEquals(counts, [10, 10, 10, 10]);
});

Deno.test("an event that several processes carry out is told once, and one that is another each time", async () => {
  await using server = await TrellisServer.start();
  const open = async () => (await openAudit((await server.connect()).connection)).orThrow();
  const logs = await Promise.all([open(), open(), open()]);
  for (const name of ["one", "two"]) {
    const told = await Promise.all(logs.map((log) => log.append(LOGIN, name)));
    for (const entry of told) entry.orThrow();
  }
  (await logs[0]!.append(LOGIN)).orThrow();
  const kinds = (await entriesOf(logs[0]!)).map(({ kind }) => kind);
  assertEquals(kinds, ["audit.begun", LOGIN.kind, LOGIN.kind, LOGIN.kind]);
});

Deno.test("the first entry says where older histories stood, and an open server signs nothing", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, ordersRpc);
  const log = (await openAudit((await server.connect()).connection)).orThrow();
  const { history } = (await authority.history("orders-service")).orThrow();
  const [begun] = await entriesOf(log);
  assertEquals(begun?.details, { "decisions orders-service": history.at(-1)?.hash ?? "" });
  const { signedBy, signature } = (await log.append(LOGIN)).orThrow();
  assertEquals([signedBy, signature], [undefined, undefined]);
});

Deno.test("what is no entry is followed by entries that do not hide it, and a lost server is an error", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const log = (await openAudit(connection)).orThrow();
  await connection.request("trellis.v1.audit.forged", "no entry");
  const entry = (await log.append(LOGIN)).orThrow();
  assertEquals([entry.seq, entry.previous], [3, ""]);
  assertEquals((await log.read()).orThrow()[1], "no entry");
  await server.kill();
  const failed = await log.append(LOGIN);
  assertEquals(failed.isErr() && failed.error.code, "unavailable");
});
