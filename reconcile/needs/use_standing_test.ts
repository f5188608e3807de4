import { assertEquals } from "@std/assert";
import { desk, mail, mailWithout, shop } from "../../tests/support/platform/mailing.ts";
import type { ByKey, Needs } from "./need_types.ts";
import { needsOf } from "./needs.ts";
import { usagesOf, useStandings } from "./use_standing.ts";

const [deskNeeds, mailNeeds, withoutNeeds, shopNeeds] = [desk, mail, mailWithout, shop]
  .map(({ manifest, digest }) => needsOf(manifest, digest));
const selected = ["publish event Mail.Wanted", "call rpc Mail.Send"];

Deno.test("a contract sees what it uses, and what of it is not accepted", () => {
  const use = { contract: "mail@v1", required: false };
  assertEquals(useStandings(deskNeeds!, { "mail@v1": mailNeeds! }), [
    { ...use, selected, missing: [] },
  ]);
  const others: readonly ByKey<Needs>[] = [{}, { "mail@v1": withoutNeeds! }];
  for (const accepted of others) {
    assertEquals(useStandings(deskNeeds!, accepted), [{ ...use, selected, missing: selected }]);
  }
});

Deno.test("a contract sees who uses it, by what is accepted of them", () => {
  const records = [
    { deployment: "desk", desired: { needs: deskNeeds! } },
    { deployment: "shop.north", desired: { needs: shopNeeds! } },
    { deployment: "mail", desired: { needs: mailNeeds! } },
    { deployment: "later" },
  ];
  assertEquals(usagesOf("mail@v1", records), [
    { deployment: "desk", required: false, selected },
    { deployment: "shop.north", required: true, selected: ["call rpc Mail.Send"] },
  ]);
  assertEquals(usagesOf("desk@v1", records), []);
});
