import { assertEquals } from "@std/assert";
import type { Principal } from "../../contracts/identity/caller.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { isOwnSession, openSessions } from "./open_sessions.ts";

function record(principal: Principal, more: Partial<SessionRecord> = {}): SessionRecord {
  const createdAt = "2026-01-31T12:00:00.000Z";
  return { format: "trellis.session.v1", publicKey: "U", principal, createdAt, ...more };
}

Deno.test("sessions of somebody's own are theirs as user and as admin, and those of their agents", () => {
  const ada = { kind: "user", id: "ada" } as const;
  const records = [
    record(ada),
    record({ kind: "admin", id: "ada" }),
    record({ kind: "agent", id: "helper" }, { actsFor: "ada" }),
    record({ kind: "user", id: "bob" }),
    record({ kind: "agent", id: "ada" }),
    record({ kind: "device", id: "ada" }, { actsFor: "bob" }),
    record({ kind: "service", id: "ada" }),
  ];
  const own = (principal: Principal) =>
    records.flatMap((record, i) => isOwnSession(record, principal) ? [i] : []);
  assertEquals(own(ada), [0, 1, 2]);
  assertEquals(own({ kind: "admin", id: "ada" }), [0, 1, 2]);
  assertEquals(own({ kind: "agent", id: "helper" }), [2]);
  assertEquals(own({ kind: "agent", id: "ada" }), [4]);
  assertEquals(own({ kind: "service", id: "ada" }), [6]);
});

Deno.test("what has ended is not told, and of many sessions no more than fit into an answer", () => {
  const now = Date.parse("2026-02-01T00:00:00.000Z");
  const ada = { kind: "user", id: "ada" } as const;
  const device = { kind: "device", id: "wall" } as const;
  const past = "2026-01-31T13:00:00.000Z";
  const listed = [
    record(ada),
    record(ada, { revokedAt: past }),
    record(ada, { expiresAt: past }),
    record(device, { pending: true }),
  ].map((record, i) => ({ session: `${i}`, record, connections: [] }));
  const { sessions, count } = openSessions(listed, { current: "0", now });
  assertEquals(sessions.map(({ session, isCurrent }) => [session, isCurrent]), [
    ["0", true],
    ["3", false],
  ]);
  assertEquals(count, 2);
  const many = Array.from({ length: 501 }, () => listed[0]!);
  const answer = openSessions(many, { current: "", now });
  assertEquals([answer.sessions.length, answer.count], [500, 501]);
});
