import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { serveBootstrap } from "../../runtime/platform/serve_bootstrap.ts";
import { customers, shop } from "../grants/shop.ts";
import { provision } from "../support/deployed.ts";
import { app, guarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { orders } from "../support/platform/shops.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";
import { startTrellisCommand, trellis } from "./support/trellis_command.ts";

interface Proved {
  readonly proved: boolean;
  readonly outcomes: Readonly<Record<"denied" | "limit" | "allowed", number>>;
  readonly steps: readonly { readonly outcome: string; readonly attempt: string }[];
}

/** Everything that is stored but who was let in, and what tells it. */
async function dataOf({ messaging }: SecuredTrellis) {
  const { streams } = await jetstreamManager(messaging.connection);
  const found: { data: string; consumers: number }[] = [];
  for await (const { config, state } of streams.list()) {
    if (["KV_trellis_sessions", "trellis_audit"].includes(config.name)) continue;
    const { messages, last_seq, consumer_count: consumers } = state;
    found.push({ data: [config.name, messages, last_seq].join(), consumers });
  }
  return found;
}

/** Waits where Trellis looks at its own data, which takes a consumer for a moment. */
async function isAsBefore(
  platform: SecuredTrellis,
  before: Awaited<ReturnType<typeof dataOf>>,
): Promise<void> {
  const isUnchanged = async () => {
    const now = await dataOf(platform);
    return now.length === before.length &&
      now.every(({ data, consumers }, i) =>
        data === before[i]?.data && consumers <= before[i].consumers
      );
  };
  await until(isUnchanged, "what is stored is as before");
}

/** A secured server with a service, and the command line for it. */
async function setUp() {
  const platform = await SecuredTrellis.start();
  await provision(platform.authority, orders);
  const options = ["--nats", platform.url, "--keys", platform.server.keysDir];
  const store = await NatsSessionStore.open(platform.messaging.connection);
  return {
    platform,
    options,
    run: (...words: readonly string[]) => trellis([...words, ...options]),
    /** Of services: nobody else's instances are there. */
    proofs: async () =>
      (await store.list()).filter(({ principal }) => principal.kind === "service"),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

Deno.test("a service is proved to reach nothing of others, and nothing is left of the proof", async () => {
  await using test = await setUp();
  const { platform, run, proofs } = test;
  const before = await dataOf(platform);
  const { code, stdout } = await run("prove", "orders-service", "--json");
  const { proved, outcomes, steps }: Proved = JSON.parse(stdout);
  assertEquals([code, proved, outcomes.allowed, outcomes.limit], [0, true, 0, 3]);
  assert(outcomes.denied > 250);
  assertEquals(steps.length, outcomes.denied + outcomes.limit);
  await isAsBefore(platform, before);
  assertEquals((await proofs()).map(({ revokedAt }) => revokedAt !== undefined), [true]);
  // Of everything that Trellis keeps for itself, also of what is added to it.
  const { streams } = await jetstreamManager(platform.messaging.connection);
  for await (const name of streams.names()) {
    const attempt = `publish $JS.API.STREAM.MSG.GET.${name}`;
    const isTried = steps.some((step) => step.attempt === attempt);
    assert(isTried || !name.replace("KV_", "").startsWith("trellis_"), name);
  }
  const text = (await run("prove", "orders-service")).stdout;
  for (
    const line of [
      "read and write KV orders\n",
      "  denied   publish $JS.API.STREAM.UPDATE.KV_trellis_authority\n",
      "  limit    publish _INBOX.",
      "proved: ",
    ]
  ) assert(text.includes(line), line);

  // A service with events, which is in a stream with all others.
  for (const contract of [customers, shop]) await provision(platform.authority, contract);
  const events: Proved = JSON.parse((await run("prove", "acme.shop", "--json")).stdout);
  assertEquals([events.proved, events.outcomes.limit], [true, 4]);
  assertEquals((await streams.info(EVENT_STREAM)).state.messages, 0);

  // What is no running service cannot be proved.
  assertEquals((await run("prove", "nobody")).code, 4);
  await provision(platform.authority, guarded);
  await provision(platform.authority, app);
  const noService = await run("prove", "desk-app");
  assertMatch(noService.stderr, /no service/);
  assertEquals(noService.code, 4);
});

Deno.test("a proof fails where a service may do more, and has harmed nothing", async () => {
  await using test = await setUp();
  const { platform, run } = test;
  await platform.stopPlatform();
  // A server that lets everybody do everything.
  await platform.server.answer(() => Promise.resolve({ name: "anybody" }));
  serveBootstrap(platform.messaging, {
    bootstrap: () =>
      Promise.resolve({ state: "admitted", principal: { kind: "service", id: "orders-service" } }),
    onError: (cause) => platform.failures.push(cause),
  });
  const before = await dataOf(platform);
  const { code, stdout } = await run("prove", "orders-service", "--json");
  const { proved, outcomes, steps }: Proved = JSON.parse(stdout);
  assertEquals([code, proved], [1, false]);
  assert(outcomes.allowed > 250);
  assertEquals(steps.filter(({ attempt }) => attempt === "all of the above").length, 1);
  assertEquals(steps.find(({ attempt }) => attempt === "all of the above")?.outcome, "denied");
  await isAsBefore(platform, before);
});

Deno.test("a proof that is interrupted leaves nothing behind; on an open server there is none", async () => {
  await using test = await setUp();
  const { platform, options, proofs } = test;
  const before = await dataOf(platform);
  await using proving = startTrellisCommand(["prove", "orders-service", ...options]);
  await until(async () => (await proofs()).length > 0, "its session is let in");
  proving.signal();
  assert([0, 130].includes(await proving.ended()));
  assertEquals((await proofs()).map(({ revokedAt }) => revokedAt !== undefined), [true]);
  await isAsBefore(platform, before);

  await using open = await TrellisServer.start();
  const { code, stderr } = await trellis(["prove", "orders-service", "--nats", open.url]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "enforces nothing");
});
