import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  jobStream,
  placeSubject,
  queueName,
  recordKey,
  recordsBucket,
} from "../../../contracts/stored/job_names.ts";
import { deadSubject, durableName } from "../../../contracts/stored/work_names.ts";
import { announceService, discoveryIdentity } from "../../../runtime/rpc/nats/service_discovery.ts";
import { provision } from "../../support/deployed.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { mailContract } from "../../support/queues/queue_contracts.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { trellis } from "../support/trellis_command.ts";

const mail = mailContract({
  send: { progress: true, logs: true, concurrency: 2 },
  welcome: {
    unique: "/to",
    payload: "StrictMail",
    payloadVersion: "v2",
    acceptedVersions: { v1: "Mail" },
  },
}, { "Report.Export": {} });

/** A server on which the service is accepted that nobody runs. */
const stand = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  await provision(await server.authority(), mail);
  const { connection, line } = await server.connect();
  const raw = await RawQueues.open(connection);
  const moved = opened.move();
  announceService(line, {
    ...discoveryIdentity(mail.id),
    id: "hangs",
    description: "An instance in which handlers hang.",
    metadata: { deployment: "mail" },
    endpoints: [],
    started: new Date(at),
    more: () => ({ hung: [{ kind: "job", name: "send", handlers: 3, since: at }] }),
  });
  return { server, connection, raw, [Symbol.asyncDispose]: () => moved.disposeAsync() };
});

const ids = ["A", "B", "C", "D", "E"].map((last) => `01K9ZQ4T0VWXY2A3B4C5D6E7F${last}`);
const [first = "", second = "", third = "", fourth = "", fifth = ""] = ids;
const stream = jobStream("mail");
const at = "2030-01-02T03:04:05.000Z";

function place(slot: string, state: "run" | "later" = "run", queue = "send") {
  return placeSubject("mail", state, { kind: "job", queue, class: 0, lane: 0, slot });
}

/** Writes a record as a worker does. */
async function record(
  kind: "job" | "operation",
  queue: string,
  id: string,
  fields: object,
): Promise<void> {
  const { raw } = await stand();
  const key = recordKey(kind, queueName(queue), id);
  const whole = { id, attempt: 1, createdAt: at, updatedAt: at, ...fields };
  await raw.queue(`$KV.${recordsBucket("mail")}.${key}`, whole);
}

/** Keeps a dead letter as a worker does. */
async function bury(queue: string, id: string, origin: string, body: unknown, more = {}) {
  const { raw } = await stand();
  await raw.queue(deadSubject("mail", "job", queue, id), body, {
    "Trellis-Job-Time": at,
    "Trellis-Deadline": "2030-01-02T04:04:05.000Z",
    "Trellis-Origin": `${stream} 1 ${origin}`,
    "Trellis-Dead-Reason": "failed",
    "Trellis-Dead-Error": "the mail server said no",
    "Trellis-Dead-Tries": "5",
    "Trellis-Dead-Time": "2030-01-02T03:05:05.000Z",
    "Trellis-Cause": "rpc:R1",
    ...more,
  });
}

/** Runs `trellis` on the server. */
async function run(...words: readonly string[]) {
  const { server } = await stand();
  return await trellis([...words, "--nats", server.url], { env: { NO_COLOR: "1" } });
}

async function json<T>(...words: readonly string[]): Promise<T> {
  const { stdout, stderr, code } = await run(...words, "--json");
  assertEquals([code, stderr], [0, stderr]);
  return JSON.parse(stdout) as T;
}

interface Listed {
  readonly jobs: readonly { readonly id: string; readonly state: string }[];
  readonly next: string | null;
}

/** The jobs that `jobs ls` lists, with their states. */
async function listed(...words: readonly string[]): Promise<readonly string[]> {
  const { jobs } = await json<Listed>("jobs", "ls", "mail", ...words);
  return jobs.map(({ id, state }) => `${id.at(-1)} ${state}`);
}

Deno.test("queues are listed with their figures, and their jobs by how they stand", async () => {
  const { raw } = await stand();
  assertEquals((await run("jobs", "ls", "nowhere")).code, 4);
  const missing = await run("jobs", "ls", "mail", "nothing");
  assertEquals(missing.code, 4);
  assertStringIncludes(missing.stderr, "it has send, welcome");
  const nothing = await run("jobs", "ls", "mail", "send");
  assertEquals([nothing.code, nothing.stderr], [0, "there are no jobs of send\n"]);

  await raw.queue(place(first), { to: "ada" });
  await raw.queue(place(second), { to: "bob" }, { "Trellis-Cause": "rpc:R1" });
  await raw.queue(place(third, "later"), { to: "cy" }, {
    "Nats-Schedule": "@at 2100-01-01T00:00:00Z",
    "Nats-Schedule-Target": place(third),
    "Trellis-Attempt": "3",
  });
  const taken = await raw.take(stream, durableName("job", "mail", "send", 0));
  assertEquals(taken?.subject, place(first));
  await record("job", "send", first, {
    state: "running",
    startedAt: at,
    worker: "host-1",
    progress: { done: 3, total: 4 },
    logs: [{ time: at, message: "opened\u001b[31m" }],
  });
  await record("job", "send", fourth, { state: "done", endedAt: at, result: { sent: true } });
  await bury("send", fifth, place(fifth), { to: "eve" });

  assertEquals(await listed("send"), ["A running", "B queued", "C scheduled", "D done", "E dead"]);
  for (const state of ["running", "queued", "scheduled", "done", "dead"]) {
    assertEquals((await listed("send", "--state", state)).map((job) => job.slice(2)), [state]);
  }
  const pages: string[] = [];
  for (let after: readonly string[] = []; pages.length < 9;) {
    const page = await json<Listed>("jobs", "ls", "mail", "send", "--limit", "2", ...after);
    pages.push(page.jobs.map(({ id }) => id.at(-1)).join(""));
    if (page.next === null) break;
    after = ["--after", page.next];
  }
  assertEquals(pages, ["AB", "CD", "E"]);
  assertEquals((await run("jobs", "ls", "mail", "send", "--after", "x")).code, 2);

  const { queues } = await json<{ queues: readonly Record<string, unknown>[] }>(
    "jobs",
    "ls",
    "mail",
  );
  assertEquals(queues.map(({ oldestAt: _, ...figures }) => figures), [
    {
      queue: "send",
      kind: "job",
      declared: true,
      waiting: 1,
      scheduled: 1,
      inWork: 1,
      dead: 1,
      pausedUntil: null,
      hung: { handlers: 3, since: at },
    },
    {
      queue: "welcome",
      kind: "job",
      declared: true,
      waiting: 0,
      scheduled: 0,
      inWork: 0,
      dead: 0,
      pausedUntil: null,
      hung: null,
    },
  ]);
  const status = await run("status");
  assertMatch(status.stdout, /mail send +1 +1 +1 +1 .* 3, since /);
});

Deno.test("a job is shown with its payload, progress and log, and what is over with what is kept", async () => {
  const shown = await run("jobs", "show", "mail", "send", first);
  assertEquals(shown.code, 0);
  for (const text of ["running", "3 of 4 (75 %)", "host-1", '"to": "ada"', "opened"]) {
    assertStringIncludes(shown.stdout, text);
  }
  assertEquals(shown.stdout.includes("\u001b"), false);
  const job = await json<Record<string, unknown>>("jobs", "show", "mail", "send", third);
  assertEquals([job.state, job.attempt, job.dueAt], ["scheduled", 3, "2100-01-01T00:00:00Z"]);
  const dead = await json<Record<string, unknown>>("jobs", "show", "mail", "send", fifth);
  assertEquals([dead.state, dead.deadLetter, dead.error, dead.cause], [
    "dead",
    true,
    "failed: the mail server said no",
    "rpc:R1",
  ]);
  const done = await json<Record<string, unknown>>("jobs", "show", "mail", "send", fourth);
  assertEquals([done.state, done.result, done.payload], ["done", { sent: true }, null]);
  assertEquals((await run("jobs", "show", "mail", "send", "nothing")).code, 4);
});

Deno.test("a job that was given up is tried again in its place, with as much time as it had", async () => {
  const { raw } = await stand();
  assertEquals((await run("jobs", "retry", "mail", "send")).code, 2);
  const before = Date.now();
  const retried = await json<object>("jobs", "retry", "mail", "send", fifth);
  assertEquals(retried, { retried: [{ id: fifth, group: "send" }], stay: [] });
  const given = await raw.last(stream, place(fifth));
  const { headers = {} } = given ?? {};
  assertEquals(headers["Trellis-Attempt"], "1");
  assertEquals(headers["Trellis-Job-Id"], fifth);
  assertEquals(headers["Trellis-Job-Time"], at);
  assertEquals(headers["Trellis-Cause"], "rpc:R1");
  assertEquals(headers["Trellis-Dead-Reason"], undefined);
  assertEquals(headers["Trellis-Origin"], undefined);
  const left = Date.parse(headers["Trellis-Deadline"] ?? "") - before - 3_600_000;
  assertEquals(left >= 0 && left < 60_000, true);
  assertEquals(await listed("send", "--state", "dead"), []);
});

Deno.test("what does not fit today, or whose key is taken, stays and can be thrown away", async () => {
  const { raw } = await stand();
  const slot = "u-key";
  const id = `${first}-${slot}`;
  const old = `${second}-u-old`;
  const unknown = `${third}-u-none`;
  const origin = place(slot, "run", "welcome");
  const strict = { to: "ada", locale: "en" };
  const today = { "Trellis-Payload": "v2" };
  await bury("welcome", id, origin, strict, today);
  await bury("welcome", old, place("u-old", "run", "welcome"), { to: "bob" }, {
    "Trellis-Payload": "v1",
  });
  await bury("welcome", unknown, place("u-none", "run", "welcome"), { to: "bob" }, today);
  await raw.queue(place(slot, "later", "welcome"), strict, {
    "Trellis-Job-Id": `${fourth}-${slot}`,
    "Nats-Schedule": "@at 2100-01-01T00:00:00Z",
    "Nats-Schedule-Target": origin,
  });
  const refused = await run("jobs", "retry", "mail", "welcome", "--all");
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "/locale");
  const some = await json<{ retried: readonly { id: string }[]; stay: readonly { why: string }[] }>(
    "jobs",
    "retry",
    "mail",
    "welcome",
    "--all",
    "--if-valid",
  );
  assertEquals(some.retried.map((letter) => letter.id), [old]);
  assertEquals(some.stay.length, 2);
  assertStringIncludes(some.stay.map(({ why }) => why).join(), "has a key of which another one");
  // The letters of the service, of whatever kind, are in one list.
  const { letters } = await json<{ letters: readonly { id: string; kind: string }[] }>(
    "dead",
    "ls",
    "mail",
    "--group",
    "welcome",
  );
  assertEquals(letters.map(({ id, kind }) => [id, kind]), [[id, "job"], [unknown, "job"]]);
  assertEquals((await run("jobs", "discard", "mail", "welcome", id)).code, 2);
  assertEquals((await run("jobs", "discard", "mail", "welcome", "--all", "--yes")).code, 0);
  assertEquals(await listed("welcome"), ["y scheduled", "d queued"]);
});

Deno.test("a queue that is paused begins with nothing, says so, and goes on", async () => {
  const { raw, server } = await stand();
  const paused = await run("jobs", "pause", "mail", "welcome");
  assertEquals(paused.code, 0);
  const consumer = durableName("job", "mail", "welcome", 0);
  assertEquals(await raw.take(stream, consumer, 1000), undefined);
  assertStringIncludes((await run("jobs", "ls", "mail")).stdout, "until resumed");
  assertStringIncludes((await run("status")).stdout, "until resumed");
  // Reconciling does not take the decision back.
  (await (await server.authority()).reconcile("mail")).orThrow();
  assertStringIncludes((await run("status")).stdout, "until resumed");
  const waits = raw.take(stream, consumer, 60_000);
  assertEquals((await run("jobs", "resume", "mail", "welcome")).code, 0);
  const taken = await waits;
  assertEquals(taken?.subject, place("u-old", "run", "welcome"));
  await taken?.ackAck();
  assertEquals((await run("jobs", "pause", "mail", "welcome", "--for", "1h")).code, 0);
  assertMatch((await run("jobs", "ls", "mail")).stdout, /in (59|60) minutes|in 1 hour/);
  await run("jobs", "resume", "mail", "welcome");
});

Deno.test("operations are listed, and followed to their end", async () => {
  const id = "o-123";
  const operation = "Report.Export";
  const fields = { operation, owner: "user:ada", heartbeatAt: at };
  await record("operation", operation, id, {
    ...fields,
    state: "completed",
    output: { to: "ada" },
  });
  await record("operation", operation, "o-124", {
    ...fields,
    state: "failed",
    error: { type: "NotApproved", message: "nobody has approved it" },
  });
  const { operations } = await json<{ operations: readonly Record<string, unknown>[] }>(
    "operations",
    "ls",
    "mail",
    operation,
  );
  assertEquals(operations.map(({ id, state, owner }) => [id, state, owner]), [
    [id, "completed", "user:ada"],
    ["o-124", "failed", "user:ada"],
  ]);
  const failed = await run("operations", "watch", "mail", operation, "o-124");
  assertEquals([failed.code, failed.stdout], [1, "failed: NotApproved: nobody has approved it\n"]);
  const done = await run("operations", "watch", "mail", operation, id, "--json");
  assertEquals([done.code, JSON.parse(done.stdout).result], [0, { to: "ada" }]);
  assertEquals((await run("operations", "watch", "mail", operation, "o-1")).code, 4);

  await record("operation", operation, "o-125", {
    ...fields,
    state: "running",
    progress: { done: 1, total: 2 },
  });
  const watching = run("operations", "watch", "mail", operation, "o-125");
  await record("operation", operation, "o-125", { ...fields, state: "completed", attempt: 2 });
  const watched = await watching;
  assertEquals([watched.code, watched.stdout.trimEnd().split("\n").at(-1)], [0, "completed"]);
});
