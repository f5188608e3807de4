import { assert, assertEquals } from "@std/assert";
import type { ServerIdentity } from "../../nats_server/probe/probe_server.ts";
import { type CheckName, type Finding, judgeFacts, judgeSeen } from "./judge_server.ts";
import type { ServerFacts } from "./nats/server_facts.ts";

const IDENTITY: ServerIdentity = {
  version: "2.15.1",
  serverId: "N",
  serverName: "n1",
  jetstream: true,
  maxPayload: 1,
  authRequired: true,
  tlsRequired: true,
  tlsAvailable: true,
};
const FACTS: ServerFacts = {
  letsInAnybody: false,
  accounts: { platform: "TRELLIS", callouts: ["AUTH", "AUTH"], sys: "SYS" },
  leaks: false,
  jetstreamProblem: undefined,
  callout: "admits",
  domain: undefined,
  servers: [
    {
      name: "n1",
      version: "2.15.1",
      jetstream: true,
      domain: undefined,
      cluster: undefined,
      tags: [],
      syncsAlways: true,
    },
  ],
};

/** What is not as it should be, by check. */
function bad(findings: readonly Finding[]): Partial<Record<CheckName, Finding["state"]>> {
  const wrong = findings.filter(({ state }) => state !== "ok");
  for (const { state, hint } of wrong) assert(state === "unknown" || hint !== undefined);
  return Object.fromEntries(wrong.map(({ check, state }) => [check, state]));
}

Deno.test("a server that is as it should be has no findings", () => {
  assertEquals(bad(judgeSeen({ identity: IDENTITY, isLocal: false })), {});
  assertEquals(bad(judgeFacts(FACTS, false)), {});
});

Deno.test("what can be seen before a login is judged, more mildly on this machine alone", () => {
  const judged = (more: Partial<ServerIdentity>, isLocal = false) =>
    bad(judgeSeen({ identity: { ...IDENTITY, ...more }, isLocal }));
  assertEquals(judged({ tlsRequired: false }), { tls: "problem" });
  assertEquals(judged({ tlsRequired: false, tlsAvailable: false }), { tls: "problem" });
  assertEquals(judged({ tlsRequired: false }, true), {});
  assertEquals(judged({ version: "2.9.10" }, true), { version: "problem" });
  assertEquals(judged({ version: "2.11.9" }, true), { version: "problem" });
  assertEquals(judged({ version: "2.14.0" }), { version: "warning" });
  assertEquals(judged({ version: "2.14.0" }, true), {});
});

Deno.test("each thing that is wrong is found by name", () => {
  const judged = (more: Partial<ServerFacts>, isLocal = false) =>
    bad(judgeFacts({ ...FACTS, ...more }, isLocal));
  const { accounts, servers: [server] } = FACTS;
  assert(server !== undefined);
  assertEquals(judged({ accounts: { ...accounts, sys: undefined } }), { accounts: "problem" });
  assertEquals(judged({ accounts: { ...accounts, sys: "TRELLIS" } }), { accounts: "problem" });
  assertEquals(judged({ accounts: { ...accounts, callouts: ["AUTH", undefined] } }), {
    accounts: "problem",
  });
  assertEquals(judged({ leaks: true }), { accounts: "problem" });
  assertEquals(judged({ jetstreamProblem: "not enabled" }), { jetstream: "problem" });
  assertEquals(judged({ callout: "silent" }), { callout: "problem" });
  assertEquals(judged({ callout: "refuses" }), { callout: "problem" });
  const lax = [server, { ...server, name: "n2", syncsAlways: false }];
  assertEquals(judged({ servers: lax }), { durability: "problem" });
  assertEquals(judged({ servers: lax }, true), { durability: "warning" });
  assertEquals(judged({ servers: [] }), { durability: "unknown" });
  assertEquals(judged({ servers: [server, { ...server, name: "n2", version: "2.14.3" }] }), {
    version: "warning",
  });
  const open = { platform: "$G", callouts: ["$G", "$G"], sys: "$G" };
  assertEquals(judged({ letsInAnybody: true, accounts: open }), {
    login: "problem",
    accounts: "unknown",
    callout: "unknown",
  });
});

Deno.test("behind a leaf node only the servers of the domain have to keep what is acknowledged", () => {
  const [server] = FACTS.servers;
  assert(server !== undefined);
  const hub = { ...server, domain: "hub" };
  const leaf = { ...server, name: "leaf", domain: "leaf", syncsAlways: false };
  const facts = { ...FACTS, domain: "hub", servers: [leaf, hub] };
  assertEquals(bad(judgeFacts(facts, false)), {});
  const [jetstream] = judgeFacts(facts, false).filter(({ check }) => check === "jetstream");
  assertEquals(jetstream?.message, "JetStream is on, for 1 of 2 servers, in the domain hub");
  const lax = { ...facts, servers: [leaf, { ...hub, syncsAlways: false }] };
  assertEquals(bad(judgeFacts(lax, false)), { durability: "problem" });
});
