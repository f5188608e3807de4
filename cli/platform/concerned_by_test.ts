import { assertEquals } from "@std/assert";
import type { Caller } from "../../contracts/identity/caller.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { desk, mail, shop } from "../../tests/support/platform/mailing.ts";
import { app, device, guarded } from "../../tests/support/platform/desk.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { diffNeeds } from "../../reconcile/diff/diff_needs.ts";
import { concernedBy, displacedBy, takesRights } from "./concerned_by.ts";
import { type DeploymentEntry, entryOf } from "./deployment_index.ts";

function entry(deployment: string, { manifest, digest }: Contract): DeploymentEntry {
  const needs = needsOf(manifest, digest);
  return entryOf({ deployment, desired: { version: 1, planId: "", needs, digests: [digest] } });
}

Deno.test("a decision concerns the instances of a service, and whoever uses its contract", () => {
  const entries = [
    entry("mail.eu", mail),
    entry("shop", shop),
    entry("other", desk),
    entry("desk", guarded),
    entry("desk-app", app),
    entry("desk-device", device),
  ];
  const callers = [
    { kind: "service", id: "mail_eu" },
    { kind: "service", id: "shop" },
    { kind: "service", id: "desk" },
    { kind: "user", id: "ada" },
    { kind: "device", id: "scanner" },
    { kind: "agent", id: "clerk" },
    { kind: "admin", id: "local" },
  ] as const;
  const meant = (...places: readonly number[]) => {
    const decided = new Set(places.map((place) => entries[place]?.deployment ?? ""));
    const { isInstance, isRunner, contracts } = concernedBy(decided, entries);
    const told = callers.map((principal) => ({ principal, session: "" }));
    const named = (isMeant: (caller: Caller) => boolean) =>
      told.filter(isMeant).map(({ principal }) => principal.id);
    return { instances: named(isInstance), runners: named(isRunner), contracts: [...contracts] };
  };
  // People who run nothing use all that is served.
  assertEquals(meant(0), { instances: ["mail_eu", "shop"], runners: ["ada"], contracts: [] });
  assertEquals(meant(1).instances, ["shop"]);
  assertEquals(meant(3), {
    instances: ["desk"],
    runners: ["ada", "scanner"],
    contracts: [app.id, device.id],
  });
  assertEquals(meant(4), { instances: [], runners: ["ada"], contracts: [app.id] });
  assertEquals(meant(1, 4), { instances: ["shop"], runners: ["ada"], contracts: [app.id] });
});

Deno.test("a contract that has made room for another one concerns those who run it", () => {
  const now = entry("desk-app", device);
  const changes = diffNeeds(
    needsOf(app.manifest, app.digest),
    needsOf(device.manifest, device.digest),
  );
  const entries = [now, ...displacedBy({ changes }, now), entry("desk", guarded)];
  const { isRunner, contracts } = concernedBy(new Set(["desk-app"]), entries);
  const isMeant = (kind: "user" | "device" | "agent") =>
    isRunner({ principal: { kind, id: "ada" }, session: "" });
  assertEquals([isMeant("user"), isMeant("device"), isMeant("agent")], [true, true, false]);
  assertEquals([...contracts], [device.id, app.id]);
  assertEquals(takesRights({ changes }), true);
  assertEquals(displacedBy({ changes: [] }, now), []);
});
