import { assertEquals, assertStringIncludes } from "@std/assert";
import { actionDoneText } from "../../cli/words/action_words.ts";
import { impactLines } from "../../cli/words/impact_text.ts";
import { bank, type GroupPatch, noticesContract } from "../support/consumers/bank_contracts.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { RawGroups } from "../support/nats/raw_groups.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const EVENTS = "trellis_events";
const LANES = "trellis_group_notices__mailer";
const DURABLE = "group__notices__mailer";

/** A server with the bank on it, and the groups of its reader. */
async function withGroups(
  server: TrellisServer,
  groups: Readonly<Record<string, GroupPatch>>,
) {
  const authority = await server.authority();
  await provision(authority, bank);
  const outcome = await provision(authority, noticesContract(groups));
  const raw = await RawGroups.open((await server.connect()).connection);
  const change = async (next: Readonly<Record<string, GroupPatch>>) =>
    await provision(authority, noticesContract(next));
  return { authority, raw, outcome, change };
}

Deno.test("a declared group gets its streams and durables, and services learn where they are", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, bank);
  const contract = noticesContract(
    { one: {}, many: { concurrency: 8, maxDeliver: 3 }, keyed: { ordering: "key" } },
    {
      balances: { projection: { uses: { money: ["Account.Moved"] }, key: "/accountId" } },
      accounts: { changes: { event: "Notice.Written" } },
    },
  );
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems, []);
  const { groups, projections, relays, dead, steps } = materialized!.bindings;
  const later = {
    stream: "trellis_later_notices",
    consumer: "group__notices__one",
    schedules: true,
  } as const;
  const defaults = { ackWaitMs: 30_000, maxDeliver: 5, backoffMs: [1000, 5000, 30_000] };
  assertEquals(groups?.one, {
    ...defaults,
    stream: EVENTS,
    filters: ["events.v1.Account.Moved.*"],
    consumers: ["group__notices__one"],
    concurrency: 1,
    ordering: "strict",
    onDead: "continue",
    later,
  });
  assertEquals([groups?.many?.ordering, groups?.many?.maxDeliver], ["none", 3]);
  assertEquals(groups?.keyed?.stream, "trellis_group_notices__keyed");
  assertEquals(groups?.keyed?.consumers.length, 8);
  assertEquals(groups?.keyed?.filters, ["events.v1.Account.Moved.*"]);
  assertEquals(groups?.keyed?.consumers[7], "group__notices__keyed__7");
  assertEquals(projections?.balances?.consumer, "projection__notices__balances");
  assertEquals(relays, {
    accounts: { stream: "KV_svc_notices_accounts", consumer: "relay__notices__accounts" },
  });
  assertEquals([dead, steps], ["trellis_dead_notices", "trellis_steps_notices"]);
  const again = (await authority.reconcile("notices")).orThrow();
  assertEquals([again.actions, again.materialized], [[], materialized]);
});

Deno.test("a group's filters and settings changed: its consumer is updated in place and stands where it stood", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withGroups(server, { mailer: {} });
  const ids = [await raw.publish("a"), await raw.publish("b"), await raw.publish("c")];
  assertEquals(await raw.take(EVENTS, DURABLE, 1), [ids[0]]);
  const { actions, materialized } = await change({
    mailer: { uses: { money: ["Account.Moved", "Account.Closed"] }, ackWaitMs: 5000 },
  });
  assertEquals(materialized?.problems, []);
  assertEquals(actions.map(({ kind }) => kind), ["update_consumer", "update_consumer"]);
  const closed = await raw.publish("a", "Account.Closed");
  assertEquals(await raw.take(EVENTS, DURABLE, 3), [ids[1], ids[2], closed]);
});

Deno.test("a keyed group's filters changed: no event is missing and none is copied again", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withGroups(server, { mailer: { ordering: "key" } });
  const ids: string[] = [];
  for (const account of ["a", "b", "c", "a"]) ids.push(await raw.publish(account));
  await until(async () => (await raw.stored(LANES)).length === 4, "the events are copied");
  const uses = { money: ["Account.Moved", "Account.Closed"] };
  const { materialized } = await change({ mailer: { ordering: "key", uses } });
  assertEquals(materialized?.problems, []);
  ids.push(await raw.publish("a", "Account.Closed"), await raw.publish("b"));
  await until(async () => (await raw.stored(LANES)).length >= 6, "the new ones are copied");
  assertEquals(await raw.stored(LANES), ids);
});

Deno.test("drift repaired: a deleted consumer goes on where it stood, and a changed one is put right", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await withGroups(server, {
    mailer: {},
    other: { concurrency: 4 },
  });
  const ids = [await raw.publish("a"), await raw.publish("b"), await raw.publish("c")];
  await raw.take(EVENTS, DURABLE, 2);
  (await authority.reconcile("notices")).orThrow();
  await raw.remove(EVENTS, DURABLE);
  await raw.change(EVENTS, "group__notices__other", { max_ack_pending: 99, max_deliver: 3 });
  const { actions, materialized } = (await authority.reconcile("notices")).orThrow();
  assertEquals(materialized?.problems, []);
  assertEquals(actions.map(actionDoneText), [
    `made the consumer ${DURABLE} of ${EVENTS} again, which was deleted outside Trellis: ` +
    "it goes on from message 3 on",
    "repaired the consumer group__notices__other of trellis_events, which was changed outside " +
    "Trellis: max_deliver 3 -> -1, maxAckPending 99 -> 4",
  ]);
  assertEquals(await raw.take(EVENTS, DURABLE, 2), [ids[2]]);
  assertEquals((await authority.reconcile("notices")).orThrow().actions, []);
});

Deno.test("drift repaired: lanes that were deleted with their stream go on with what was not settled", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await withGroups(server, { mailer: { ordering: "key" } });
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push(await raw.publish("a"));
  await until(async () => (await raw.stored(LANES)).length === 6, "the events are copied");
  const lane = await laneWith(raw, 6);
  assertEquals(await raw.take(LANES, lane, 2), ids.slice(0, 2));
  (await authority.reconcile("notices")).orThrow();
  await raw.removeStream(LANES);
  const { actions, materialized } = (await authority.reconcile("notices")).orThrow();
  assertEquals(materialized?.problems, []);
  assertEquals(actions[0]?.kind, "create_stream");
  await until(async () => (await raw.stored(LANES)).length === 4, "the rest is copied");
  assertEquals(await raw.take(LANES, lane, 5), ids.slice(2));
});

for (const [more, events] of [["fewer", 2], ["more", 6]] as const) {
  Deno.test(`lanes follow a stream of events that was made again, with ${more} events than before`, async () => {
    await using server = await TrellisServer.start();
    const { authority, raw } = await withGroups(server, { mailer: { ordering: "key" } });
    const before: string[] = [];
    for (let i = 0; i < 4; i++) before.push(await raw.publish("a"));
    await until(async () => (await raw.stored(LANES)).length === 4, "the events are copied");
    const lane = await laneWith(raw, 4);
    await raw.remakeStream(EVENTS);
    const ids: string[] = [];
    for (let i = 0; i < events; i++) ids.push(await raw.publish("a"));
    // What is in the lanes is nowhere else any more.
    const waiting = (await authority.reconcile("notices")).orThrow();
    assertEquals(waiting.materialized?.problems.map(({ code }) => code), ["copy_not_settled"]);
    assertEquals(Object.keys(waiting.materialized?.bindings.groups ?? {}), ["mailer"]);
    assertEquals((await raw.take(LANES, lane, 10)).slice(0, 4), before);
    const { actions, materialized } = (await authority.reconcile("notices")).orThrow();
    assertEquals(materialized?.problems, []);
    assertEquals(actions.slice(0, 2).map(({ kind }) => kind), ["delete_stream", "create_stream"]);
    await until(
      async () => (await raw.stored(LANES)).length === events,
      "the new ones are copied",
    );
    assertEquals(await raw.stored(LANES), ids);
    assertEquals((await authority.reconcile("notices")).orThrow().actions, []);
  });
}

Deno.test("a foreign consumer of the name is a problem of its group alone, and never taken over", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, bank);
  const raw = await RawGroups.open((await server.connect()).connection);
  await raw.add(EVENTS, DURABLE);
  const contract = noticesContract({ mailer: {}, other: {} });
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems.map(({ resource, code }) => [resource, code]), [
    ["group/mailer", "consumer_not_ours"],
  ]);
  assertEquals(Object.keys(materialized?.bindings.groups ?? {}), ["other"]);
  assertEquals(
    (await raw.info(EVENTS, DURABLE))?.config.metadata?.["trellis.deployment"],
    undefined,
  );
  await raw.remove(EVENTS, DURABLE);
  const next = (await authority.reconcile("notices")).orThrow();
  assertEquals(next.materialized?.problems, []);
  assertEquals(Object.keys(next.materialized?.bindings.groups ?? {}), ["mailer", "other"]);
});

Deno.test("rename keeps the position, and a later group of the old name begins anew", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withGroups(server, { mailer: {} });
  const ids = [await raw.publish("a"), await raw.publish("b")];
  await raw.take(EVENTS, DURABLE, 1);
  const renamed = await change({ sender: { renamedFrom: "mailer" } });
  assertEquals(renamed.materialized?.problems, []);
  const { groups } = renamed.materialized!.bindings;
  assertEquals(Object.keys(groups ?? {}), ["sender"]);
  assertEquals([groups?.sender?.consumers, groups?.sender?.name], [[DURABLE], "mailer"]);
  const next = await change({ sender: { renamedFrom: "mailer" }, mailer: {} }).catch(() =>
    undefined
  );
  assertEquals(next, undefined, "a name that a group was renamed from is free only without that");
  const both = await change({ sender: {}, mailer: { replay: "all" } });
  const bound = both.materialized!.bindings.groups;
  assertEquals([bound?.sender?.consumers, bound?.mailer?.consumers], [
    [DURABLE],
    [`${DURABLE}_2`],
  ]);
  assertEquals(await raw.take(EVENTS, DURABLE, 2), [ids[1]]);
  assertEquals(await raw.take(EVENTS, `${DURABLE}_2`, 2), ids);
});

Deno.test("a rollback over a rename keeps the position as well", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw, change } = await withGroups(server, { mailer: {} });
  const ids = [await raw.publish("a"), await raw.publish("b")];
  await raw.take(EVENTS, DURABLE, 1);
  await change({ sender: { renamedFrom: "mailer" } });
  const { plan } = (await authority.rollback("notices", 1, { by: "me" })).orThrow();
  assertEquals(plan.changes.map(({ code }) => code), ["consumer.renamed"]);
  await accept(authority, plan);
  const { materialized } = (await authority.reconcile("notices")).orThrow();
  const { mailer, ...others } = materialized?.bindings.groups ?? {};
  assertEquals([mailer?.consumers, mailer?.name, others], [[DURABLE], undefined, {}]);
  assertEquals(await raw.take(EVENTS, DURABLE, 2), [ids[1]]);
});

Deno.test("removal says how many are pending and in work; what was dead stays", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await withGroups(server, {
    mailer: { concurrency: 4 },
    keyed: { ordering: "key" },
    kept: {},
  });
  const ids: string[] = [];
  for (const account of ["a", "b", "c"]) ids.push(await raw.publish(account));
  await until(
    async () => (await raw.stored("trellis_group_notices__keyed")).length === 3,
    "the events are copied",
  );
  await raw.take(EVENTS, DURABLE, 1);
  await raw.take(EVENTS, DURABLE, 1, false);
  await raw.bury("dead.notices.group.mailer.x");
  const { plan } = await propose(authority, noticesContract({ kept: {} }));
  assertEquals(plan.kind, "migration");
  const [keyed, mailer] = plan.changes.filter(({ code }) => code === "consumer.removed");
  assertEquals(impactLines(mailer!.impact!), [
    "1 pending event, 1 in work of mailer would never be handled",
    `first ${ids[1]}`,
    "1 dead letter stays",
  ]);
  assertEquals(keyed!.impact!.values, 3);
  await accept(authority, plan);
  const { materialized } = (await authority.reconcile("notices")).orThrow();
  assertEquals(materialized?.problems, []);
  assertEquals(Object.keys(materialized?.bindings.groups ?? {}), ["kept"]);
  assertEquals(await raw.info(EVENTS, DURABLE), undefined);
  assertEquals(await raw.streams("trellis_group_"), []);
  assertEquals((await raw.streams("trellis_dead_")).length, 1);
  assertEquals((await authority.verify("notices")).orThrow().findings, []);
});

Deno.test("an event that is taken out of a group is counted alone", async () => {
  await using server = await TrellisServer.start();
  const uses = { money: ["Account.Moved", "Account.Closed"] };
  const { authority, raw } = await withGroups(server, {
    mailer: { uses },
    keyed: { uses, ordering: "key" },
  });
  for (const account of ["a", "b", "c"]) await raw.publish(account);
  await raw.publish("a", "Account.Closed");
  await until(
    async () => (await raw.stored("trellis_group_notices__keyed")).length === 4,
    "the events are copied",
  );
  const less = { money: ["Account.Moved"] };
  const contract = noticesContract({
    mailer: { uses: less },
    keyed: { uses: less, ordering: "key" },
  });
  const { plan } = await propose(authority, contract);
  const counted = plan.changes.map((
    { code, impact },
  ) => [code, impact?.values, impact?.first.length]);
  assertEquals(counted, [["consumer.event.removed", 1, 1], ["consumer.event.removed", 1, 1]]);
});

Deno.test("a group that changes its ordering goes on where it stood, and nothing is lost", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withGroups(server, { mailer: {} });
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push(await raw.publish("a"));
  assertEquals(await raw.take(EVENTS, DURABLE, 1), [ids[0]]);
  const keyed = await change({ mailer: { ordering: "key" } });
  assertEquals(keyed.materialized?.problems, []);
  await until(async () => (await raw.stored(LANES)).length === 3, "the rest is copied");
  const lane = await laneWith(raw, 3);
  assertEquals(await raw.take(LANES, lane, 1), [ids[1]]);
  assertEquals(await raw.info(EVENTS, DURABLE), undefined);
  const many = await change({ mailer: { concurrency: 3 } });
  assertEquals(many.materialized?.problems, []);
  assertEquals(await raw.take(EVENTS, DURABLE, 4), ids.slice(2));
  assertEquals(await raw.streams("trellis_group_"), []);
});

Deno.test("events of a contract that is accepted later are consumed from then on, and without a key never by key", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const contract = noticesContract({
    mailer: {},
    keyed: { ordering: "key", uses: { money: ["Account.Moved", "Day.Closed"] } },
  });
  const early = await provision(authority, contract);
  const problems = early.materialized?.problems.map(({ resource, code }) => [resource, code]);
  assertEquals(problems, [
    ["group/mailer", "event_not_accepted"],
    ["group/keyed", "event_not_accepted"],
    ["group/keyed", "event_not_accepted"],
  ]);
  assertEquals(early.materialized?.bindings.groups, undefined);
  await provision(authority, bank);
  const late = (await authority.reconcile("notices")).orThrow().materialized;
  const [problem, ...more] = late?.problems ?? [];
  assertEquals([more.length, problem?.resource, problem?.code], [
    0,
    "group/keyed",
    "event_without_key",
  ]);
  assertStringIncludes(problem?.message ?? "", "Day.Closed of bank@v1 has no params");
  assertEquals(Object.keys(late?.bindings.groups ?? {}), ["keyed", "mailer"]);
});

/** The lane in which so many events wait. */
async function laneWith(raw: RawGroups, count: number): Promise<string> {
  for (let lane = 0; lane < 8; lane++) {
    const name = `${DURABLE}__${lane}`;
    if ((await raw.info(LANES, name))?.num_pending === count) return name;
  }
  throw new Error(`no lane holds ${count} events`);
}

Deno.test("order and no loss over a restart of the server when the lane stream was emptied by age", async () => {
  await using server = await TrellisServer.start();
  const { raw, authority } = await withGroups(server, { mailer: { ordering: "key" } });
  await raw.changeStream(EVENTS, { max_age: 1_000_000_000, duplicate_window: 1_000_000_000 });
  (await authority.reconcile("notices")).orThrow();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(await raw.publish("a"));
  await until(async () => (await raw.stored(LANES)).length === 3, "the events are copied");
  const lane = await laneWith(raw, 3);
  assertEquals(await raw.take(LANES, lane, 3), ids);
  for (const stream of [LANES, EVENTS]) {
    await until(async () => (await raw.stored(stream)).length === 0, "they are too old");
  }
  await raw.changeStream(EVENTS, { max_age: 3_600_000_000_000 });
  await server.kill();
  await server.startAgain();
  const after = await RawGroups.open((await server.connect()).connection);
  (await (await server.authority()).reconcile("notices")).orThrow();
  const later: string[] = [];
  for (let i = 0; i < 5; i++) later.push(await after.publish("a", "Account.Moved", `later-${i}`));
  await until(async () => (await after.stored(LANES)).length === 5, "what follows is copied");
  assertEquals(await after.take(LANES, lane, 6), later);
});

const binary = await oldestServer();

Deno.test({
  name:
    "on NATS 2.10 groups have a later stream that sends nothing on, and work else as on newer ones",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    const groups = { mailer: { concurrency: 4 }, keyed: { ordering: "key" } } as const;
    const { raw, outcome, authority } = await withGroups(server, groups);
    assertEquals(outcome.materialized?.problems, []);
    assertEquals(outcome.materialized?.bindings.groups?.mailer?.later?.schedules, undefined);
    const id = await raw.publish("a");
    assertEquals(await raw.take(EVENTS, DURABLE, 1), [id]);
    const copies = "trellis_group_notices__keyed";
    await until(async () => (await raw.stored(copies)).length === 1, "the event is copied");
    assertEquals((await authority.reconcile("notices")).orThrow().actions, []);
  },
});
