import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { needsOf } from "./needs.ts";
import { needsShape } from "../records/needs_shape.ts";

Deno.test("needs say of which contracts groups and projections consume events, and what buckets publish", () => {
  const Moved = Type.Object({ accountId: Type.String() });
  const bank = defineServiceContract({ schemas: { Moved } }, (ref) => ({
    id: "bank@v1",
    displayName: "Bank",
    description: "Bank.",
    events: { "Account.Moved": { version: "v1", event: ref.schema("Moved") } },
  }));
  const { manifest, digest } = defineServiceContract({ schemas: { Moved } }, (ref) => ({
    id: "notices@v1",
    displayName: "Notices",
    description: "Notices.",
    uses: { optional: { money: bank.use({ events: { subscribe: ["Account.Moved"] } }) } },
    events: { Seen: { version: "v1", event: ref.schema("Moved") } },
    eventConsumers: {
      writer: { self: ["Seen"], uses: { money: ["Account.Moved"] }, renamedFrom: "author" },
    },
    resources: {
      kv: {
        plain: { purpose: "p", schema: ref.schema("Moved") },
        balances: {
          purpose: "p",
          schema: ref.schema("Moved"),
          projection: { uses: { money: ["Account.Moved"] }, key: "/accountId", version: "v2" },
        },
        accounts: {
          purpose: "p",
          schema: ref.schema("Moved"),
          changes: { event: "Seen" },
          outbox: true,
        },
      },
    },
  }));
  const needs = needsOf(manifest, digest);
  const contracts = { money: "bank@v1" };
  assertEquals(needs.consumers, {
    writer: {
      events: ["self:Seen", "uses.money:Account.Moved"],
      contracts,
      renamedFrom: "author",
      settings: {},
    },
  });
  const { plain, balances, accounts } = needs.resources.kv;
  assertEquals([plain?.projection, plain?.changes, plain?.outbox], [
    undefined,
    undefined,
    undefined,
  ]);
  const events = ["uses.money:Account.Moved"];
  assertEquals(balances?.projection, { events, contracts, key: "/accountId", version: "v2" });
  assertEquals([accounts?.changes, accounts?.outbox], [{ event: "Seen" }, true]);
  assertEquals(needsShape(needs), undefined);
});
