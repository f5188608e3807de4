import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ok, type TransportError, TrellisClient, TrellisService } from "../../mod.ts";
import type { RequestContext } from "../../runtime/rpc/request_context.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { connect, deploy, provision, SILENT } from "../support/deployed.ts";
import {
  desk,
  mail,
  mailWithout,
  mailWithShop,
  serveMail,
  shop,
} from "../support/platform/mailing.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const LACKS_SEND = "requires rpc Mail.Send of mail@v1, which is not accepted here";
const letter = { text: "hello" };

/** A server on which everything but the mail is accepted. */
async function withoutMail(): Promise<
  { server: TrellisServer; authority: Authority } & AsyncDisposable
> {
  const server = await TrellisServer.start();
  const authority = await server.authority();
  for (const contract of [shop, desk]) await provision(authority, contract);
  return { server, authority, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

Deno.test("a service whose required use is not accepted is told what is missing, or waits for it", async () => {
  await using at = await withoutMail();
  const options = { trellisUrl: at.server.url, log: SILENT };
  const attempts = [
    await TrellisService.connect({ contract: shop, ...options }),
    await TrellisClient.connect({ contract: shop, ...options }),
  ];
  for (const refused of attempts) {
    assert(refused.isErr());
    assertEquals(refused.error.code, "trellis.use.missing");
    assertEquals(refused.error.message, `shop@v1 ${LACKS_SEND}`);
    assertEquals(refused.error.command?.slice(0, 2), ["svc", "mail"]);
  }
  const waiting = TrellisService.connect({ contract: shop, ...options, waitMs: 60_000 });
  const calling = TrellisClient.connect({ contract: shop, ...options, waitMs: 60_000 });
  // Under whatever name it is deployed.
  await using post = await deploy(at.server, mail, undefined, { deployment: "post.office" });
  await serveMail(post);
  await using service = await waiting.orThrow();
  await using client = await calling.orThrow();
  assertEquals(await service.used.post.rpc.mail.send(letter).orThrow(), letter);
  assertEquals(await client.used.post.rpc.mail.send(letter).orThrow(), letter);
  assertEquals(Object.keys(service.used.post), ["rpc", "operation", "feed", "event"]);
  assertEquals(Object.keys(client.used.post), ["rpc", "operation", "feed"]);
  assertEquals((await service.health()).checks.map(({ name }) => name), [
    "nats",
    "handlers",
    "uses/post",
  ]);
});

Deno.test("what is used optionally is undefined until it is accepted, and again when it has gone", async () => {
  await using at = await withoutMail();
  await using service = await connect(at.server, desk);
  assertEquals(Object.keys(service.used), ["post"]);
  assertEquals([service.used.post, service.rpc.mail.send, service.event.mail.wanted], [
    undefined,
    undefined,
    undefined,
  ]);
  await using post = await deploy(at.server, mail);
  await serveMail(post);
  await until(() => service.used.post !== undefined, "it has appeared");
  const { used } = service;
  const send = used.post!.rpc.mail.send;
  assertEquals(await send(letter).orThrow(), letter);
  assertEquals(await service.rpc.mail.send?.(letter).orThrow(), letter);
  await used.post!.event.mail.wanted.publish(letter).orThrow();
  await post.stop();
  await provision(at.authority, mailWithout);
  let failure: TransportError | undefined;
  await until(async () => {
    const result = await send(letter);
    failure = result.isErr() ? result.error as TransportError : undefined;
    return failure?.code === "trellis.use.missing";
  }, "a call has told that it is gone");
  assertStringIncludes(
    failure!.message,
    "desk@v1 uses rpc Mail.Send, event Mail.Wanted of mail@v1",
  );
  assertEquals([used.post, service.rpc.mail.send], [undefined, undefined]);
  assertEquals((await service.health()).healthy, true);
});

Deno.test("health names what is required and has gone, and calls fail with it until it is back", async () => {
  await using at = await withoutMail();
  await using post = await deploy(at.server, mail);
  await serveMail(post);
  await using service = await connect(at.server, shop);
  await provision(at.authority, mailWithout);
  const sick = async () => (await service.health()).checks.find(({ healthy }) => !healthy);
  await until(async () => await sick() !== undefined, "health has told it");
  assertEquals(await sick(), {
    name: "uses/post",
    healthy: false,
    message: `shop@v1 ${LACKS_SEND}`,
  });
  const refused = await service.rpc.mail.send(letter);
  assertEquals(refused.isErr() && refused.error.message, `shop@v1 ${LACKS_SEND}`);
  await provision(at.authority, mail);
  await until(async () => (await service.rpc.mail.send(letter)).isOk(), "it is back");
  assertEquals((await service.health()).healthy, true);
});

Deno.test("two services that require each other both start: acceptance counts", async () => {
  await using at = await withoutMail();
  await provision(at.authority, mailWithShop);
  await using _mail = await connect(at.server, mailWithShop);
  await using _shop = await connect(at.server, shop);
});

Deno.test("one request id and one trace go along a chain of calls, and with what is published on the way", async () => {
  await using at = await withoutMail();
  const requests: RequestContext[] = [];
  await using post = await deploy(at.server, mail);
  await serveMail(post, requests);
  await using service = await connect(at.server, desk);
  service.handle.rpc.desk.ask(async ({ input, client }) => {
    // Others are answered meanwhile.
    await new Promise((resolve) => setTimeout(resolve));
    const { rpc, event } = client.used.post!;
    await event.mail.wanted.publish(input).orThrow();
    const answers = await Promise.all([rpc.mail.send(input), client.rpc.mail.send!(input)]);
    return ok(answers[0].orThrow());
  });
  await service.serving();
  await using client = await TrellisClient.connect({ contract: desk, trellisUrl: at.server.url })
    .orThrow();
  const ids = ["1", "2", "3"];
  const traceOf = (id: string) => `00-${id.repeat(32)}-${id.repeat(16)}-01`;
  await Promise.all(
    ids.map((requestId) =>
      client.rpc.desk.ask(letter, { requestId, traceparent: traceOf(requestId) }).orThrow()
    ),
  );
  const seen = requests.map(({ requestId, traceparent }) => `${requestId} ${traceparent}`);
  assertEquals(seen.sort(), ids.flatMap((id) => Array(2).fill(`${id} ${traceOf(id)}`)));
  const events = await new RawEvents((await at.server.connect()).connection).all();
  assertEquals(events.map(({ headers }) => headers.traceparent).sort(), ids.map(traceOf));
  // Outside of a request each call is a request of its own.
  await service.used.post!.rpc.mail.send(letter).orThrow();
  const last = requests.at(-1);
  assertEquals([ids.includes(last?.requestId ?? ""), last?.traceparent], [false, undefined]);
});
