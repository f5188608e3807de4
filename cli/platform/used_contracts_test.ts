import { assert, assertEquals } from "@std/assert";
import { defineAppContract, TrellisClient, TrellisService } from "../../mod.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { provision, SILENT } from "../../tests/support/deployed.ts";
import { desk, mail, mailWithout, serveMail, shop } from "../../tests/support/platform/mailing.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { until } from "../../tests/support/until.ts";

const app = defineAppContract({}, () => ({
  id: "app@v1",
  displayName: "App",
  description: "Can do without mail.",
  uses: { optional: { post: mail.use({ rpc: { call: ["Mail.Send"] } }) } },
}));

/** An app that a user runs. */
async function openApp({ platform, authority, url }: SecuredTrellis) {
  const principal = { kind: "user", id: "ada" } as const;
  const { seed } = (await platform.openUserSession({ principal, contract: app })).orThrow();
  await provision(authority, app);
  return await TrellisClient.connect({ contract: app, trellisUrl: url, sessionKeySeed: seed ?? "" })
    .orThrow();
}

Deno.test("a session is told what it uses and is accepted, and may call it without a restart", async () => {
  await using trellis = await SecuredTrellis.start();
  const letter = { text: "hello" };
  await provision(trellis.authority, shop);
  const { seed } = await trellis.platform.openSession("shop");
  const options = { contract: shop, trellisUrl: trellis.url, sessionKeySeed: seed, log: SILENT };
  const refused = await TrellisService.connect(options);
  assertEquals(
    refused.isErr() && refused.error.message,
    "shop@v1 requires rpc Mail.Send of mail@v1, which is not accepted here",
  );
  const waiting = TrellisService.connect({ ...options, waitMs: 60_000 });
  const service = await trellis.deploy(desk);
  await using client = await openApp(trellis);
  assertEquals([service.used.post, client.used.post], [undefined, undefined]);
  const post = await trellis.deploy(mail);
  await serveMail(post);
  await until(() => service.used.post !== undefined, "it has appeared");
  assertEquals(await service.used.post!.rpc.mail.send(letter).orThrow(), letter);
  await service.used.post!.event.mail.wanted.publish(letter).orThrow();
  await until(() => client.used.post !== undefined, "the user sees it as well");
  assertEquals(await client.used.post!.rpc.mail.send(letter).orThrow(), letter);
  await using buying = await waiting.orThrow();
  assertEquals(await buying.rpc.mail.send(letter).orThrow(), letter);
  // Another instance, whose program does not move to a new connection when it is asked to.
  const stubborn = (await trellis.server.open(KeyPair.fromSeed("user", seed)!)).orThrow();
  await post.stop();
  await provision(trellis.authority, mailWithout);
  for await (const { type } of stubborn.status()) if (type === "disconnect") break;
  await until(async () => !(await buying.health()).healthy, "health tells that it is gone");
  const gone = await buying.rpc.mail.send(letter);
  assert(gone.isErr());
  assertEquals("code" in gone.error && gone.error.code, "trellis.use.missing");
  assertEquals(trellis.failures, []);
});
