import { startTrellis } from "@qlever-llc/trellis/testing";
import { assert, assertEquals } from "@std/assert";
import accountsContract from "../contracts/accounts.ts";
import movementsContract from "../contracts/movements.ts";
import accounts from "../handlers/accounts.ts";
import movements from "../handlers/movements.ts";

Deno.test("each movement is in the balance of its account, and told to its owner", async () => {
  await using trellis = await startTrellis({ services: [accounts, movements] });
  const { account } = (await trellis.client(accountsContract)).rpc;
  const { movement, balance, notice } = (await trellis.client(movementsContract)).rpc;

  await account.open({ accountId: "ada", owner: "Ada" }).orThrow();
  await Promise.all(
    [100, -30, 7].map((amount) => movement.make({ accountId: "ada", amount }).orThrow()),
  );

  const found = async () => ({
    balance: await balance.get({ accountId: "ada" }).orThrow(),
    texts: (await notice.list({ accountId: "ada" }).orThrow()).texts.toSorted(),
  });
  // Projections and groups follow a moment later.
  for (let tries = 0; tries < 200 && (await found()).texts.length < 4; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (let tries = 0; tries < 200 && (await found()).balance.movements < 3; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(await found(), {
    balance: { sum: 77, movements: 3 },
    texts: ["-30 moved", "100 moved", "7 moved", "welcome, Ada"],
  });
  // No account is called so, and it would stand for all of them.
  assert((await notice.list({ accountId: "*" })).isErr());
});
