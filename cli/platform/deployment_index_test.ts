import { assertEquals } from "@std/assert";
import { provision } from "../../tests/support/deployed.ts";
import { mail, shop } from "../../tests/support/platform/mailing.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { until } from "../../tests/support/until.ts";

Deno.test("what runs under another name than its contract is found, without reading all each time", async () => {
  await using trellis = await SecuredTrellis.start();
  const { authority, platform: { contracts } } = trellis;
  const { record: { desired } } = await provision(authority, shop);
  const used = async () => Object.keys(desired && await contracts.usedBy(desired.needs) || {});
  const { store } = authority;
  const visitAll = store.visitAll.bind(store);
  let times = 0;
  store.visitAll = (visit) => (times++, visitAll(visit));
  assertEquals(await used(), []);
  await provision(authority, mail, "post.eu");
  // Presenting and deciding have read all; what lets sessions in has not.
  times = 0;
  await until(async () => (await used()).length === 1, "the platform knows of it");
  assertEquals([await used(), times], [["mail@v1"], 0]);
});
