import { assertEquals } from "@std/assert";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { desk, mail, shop } from "../../tests/support/platform/mailing.ts";
import { app, device, guarded } from "../../tests/support/platform/desk.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { concernedBy } from "./concerned_by.ts";
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
  const meant = (place: number) => {
    const isMeant = concernedBy(entries[place]!, entries);
    return callers.filter((principal) => isMeant({ principal, session: "" })).map(({ id }) => id);
  };
  assertEquals(meant(0), ["mail_eu", "shop"]);
  assertEquals(meant(1), ["shop"]);
  assertEquals(meant(3), ["desk", "ada", "scanner"]);
  assertEquals(meant(4), ["ada"]);
});
