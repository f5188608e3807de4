import { assertEquals } from "@std/assert";
import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { isOwnSession, openSessions, toldSessions } from "./open_sessions.ts";

const ADA = { kind: "user", id: "ada" } as const;

function record(principal: Principal, more: Partial<SessionRecord> = {}): SessionRecord {
  const createdAt = "2026-01-31T12:00:00.000Z";
  return { format: "trellis.session.v1", publicKey: "U", principal, createdAt, ...more };
}

Deno.test("sessions of somebody's own are theirs as user and as admin, and those of their agents", () => {
  const records = [
    record(ADA),
    record({ kind: "admin", id: "ada" }),
    record({ kind: "agent", id: "helper" }, { actsFor: "ada" }),
    record({ kind: "user", id: "bob" }),
    record({ kind: "agent", id: "ada" }),
    record({ kind: "device", id: "ada" }, { actsFor: "bob" }),
    record({ kind: "service", id: "ada" }),
  ];
  const own = (principal: Principal) =>
    records.flatMap((record, i) => isOwnSession(record, principal) ? [i] : []);
  assertEquals(own(ADA), [0, 1, 2]);
  assertEquals(own({ kind: "admin", id: "ada" }), [0, 1, 2]);
  assertEquals(own({ kind: "agent", id: "helper" }), [2]);
  assertEquals(own({ kind: "agent", id: "ada" }), [4]);
  assertEquals(own({ kind: "service", id: "ada" }), [6]);
});

Deno.test("what has ended is not told, and of many sessions no more than fit into an answer", () => {
  const now = Date.parse("2026-02-01T00:00:00.000Z");
  const device = { kind: "device", id: "wall" } as const;
  const past = "2026-01-31T13:00:00.000Z";
  const listed = [
    record(ADA, { publicKey: "UA" }),
    record(ADA, { publicKey: "UB", revokedAt: past }),
    record(ADA, { publicKey: "UC", expiresAt: past }),
    record(device, { publicKey: "UD", pending: true }),
  ];
  const current = sessionOf("UA");
  const { sessions, count } = toldSessions(openSessions(listed, {}, now), new Map(), current);
  assertEquals(
    new Map(sessions.map(({ session, isCurrent }) => [session, isCurrent])),
    new Map([[current, true], [sessionOf("UD"), false]]),
  );
  assertEquals(count, 2);
  const answer = toldSessions(Array(501).fill(listed[0]), new Map(), "");
  assertEquals([answer.sessions.length, answer.count], [500, 501]);
});

Deno.test("whoever asks for what follows the last of an answer gets all, each once and the newest first", () => {
  const times = [3, 1, 2, 2, 2, 1, 3, 2].map((hour) => `2026-01-31T0${hour}:00:00.000Z`);
  const listed = times.map((createdAt, at) => record(ADA, { publicKey: `U${at}`, createdAt }));
  const found: string[] = [];
  let after: { session: string; createdAt: string } | undefined;
  for (;;) {
    const [next] = openSessions(listed, { own: ADA, after }, Date.now());
    if (next === undefined) break;
    found.push(next.publicKey);
    after = { session: sessionOf(next.publicKey), createdAt: next.createdAt };
  }
  assertEquals(found.toSorted(), listed.map(({ publicKey }) => publicKey).toSorted());
  const all = openSessions(listed, {}, Date.now());
  assertEquals(found, all.map(({ publicKey }) => publicKey));
  assertEquals(all.map(({ createdAt }) => createdAt), times.toSorted().reverse());
});

Deno.test("only those of the principals that are asked for are told", () => {
  const bob = { kind: "user", id: "bob" } as const;
  const admin = { kind: "admin", id: "ada" } as const;
  const listed = [ADA, bob, admin].map((principal) => record(principal));
  const told = (principals: Principal[]) =>
    openSessions(listed, { principals }, Date.now()).map(({ principal }) => principal);
  assertEquals(told([bob]), [bob]);
  assertEquals(new Set(told([admin, ADA])), new Set([ADA, admin]));
  assertEquals(told([]), []);
  const own = openSessions(listed, { own: ADA, principals: [bob] }, Date.now());
  assertEquals(own, []);
});
