import { assertEquals } from "@std/assert";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { desk, mail, shop } from "../../tests/support/platform/mailing.ts";
import { app, device, guarded } from "../../tests/support/platform/desk.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { concernedBy } from "./concerned_by.ts";

function record(deployment: string, { manifest, digest }: Contract): AuthorityRecord {
  const needs = needsOf(manifest, digest);
  return {
    format: "trellis.authority.v1",
    deployment,
    mode: "dev",
    desired: { version: 1, planId: "", needs, digests: [digest] },
    history: [],
  } as object as AuthorityRecord;
}

Deno.test("a decision concerns the instances of a service, and whoever uses its contract", () => {
  const records = [
    record("mail.eu", mail),
    record("shop", shop),
    record("other", desk),
    record("desk", guarded),
    record("desk-app", app),
    record("desk-device", device),
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
    const isMeant = concernedBy(records[place]!, records);
    return callers.filter((principal) => isMeant({ principal, session: "" })).map(({ id }) => id);
  };
  assertEquals(meant(0), ["mail_eu", "shop"]);
  assertEquals(meant(1), ["shop"]);
  assertEquals(meant(3), ["desk", "ada", "scanner"]);
  assertEquals(meant(4), ["ada"]);
});
