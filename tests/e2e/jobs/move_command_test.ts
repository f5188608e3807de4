import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  jobStream,
  placeSubject,
  queueName,
  recordKey,
  recordsBucket,
} from "../../../contracts/stored/job_names.ts";
import { durableName } from "../../../contracts/stored/work_names.ts";
import { provision } from "../../support/deployed.ts";
import { RawBuckets } from "../../support/nats/raw_buckets.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { mailContract } from "../../support/queues/queue_contracts.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { trellis } from "../support/trellis_command.ts";

const JOBS = jobStream("mail");
const RECORDS = recordsBucket("mail");

/** A service whose queue has another name now, and another payload, and whose operation is gone. */
const stand = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  const authority = await server.authority();
  await provision(authority, mailContract({ send: { progress: true } }, { "Report.Export": {} }));
  const { connection } = await server.connect();
  const raw = await RawQueues.open(connection);
  const buckets = new RawBuckets(connection);
  await raw.queue(place("a"), { to: "ada" }, { "Trellis-Cause": "rpc:R1" });
  await raw.queue(place("b", { state: "later" }), { to: "bob" }, {
    "Nats-Schedule": "@at 2100-01-01T00:00:00Z",
    "Nats-Schedule-Target": place("b"),
    "Trellis-Attempt": "3",
    "Trellis-Deadline": "2100-01-02T00:00:00.000Z",
    "Trellis-Origin": `${JOBS} 1 ${place("b")}`,
  });
  await record("job", "send", "b", "scheduled");
  await raw.queue(place("c"), { to: 7 });
  await raw.queue(place("o-1", { kind: "operation", queue: "Report.Export" }), { to: "ada" });
  await provision(
    authority,
    mailContract({
      post: {
        payload: "StrictMail",
        payloadVersion: "v2",
        acceptedVersions: { v1: "Mail" },
        keyConcurrency: { key: "/to", maxActive: 1 },
        concurrency: 2,
      },
      one: { unique: "/to" },
    }),
  );
  const moved = opened.move();
  return { server, raw, buckets, [Symbol.asyncDispose]: () => moved.disposeAsync() };

  async function record(kind: "job" | "operation", queue: string, id: string, state: string) {
    const at = new Date().toISOString();
    const fields = { id, state, attempt: 2, createdAt: at, updatedAt: at };
    await buckets.put(RECORDS, recordKey(kind, queueName(queue), id), JSON.stringify(fields));
  }
});

function place(
  slot: string,
  { state = "run", queue = "send", kind = "job", lane = 0 }: {
    readonly state?: "run" | "later";
    readonly queue?: string;
    readonly kind?: "job" | "operation";
    readonly lane?: number;
  } = {},
) {
  return placeSubject("mail", state, { kind, queue: queueName(queue), class: 0, lane, slot });
}

async function run(...words: readonly string[]) {
  const { server } = await stand();
  return await trellis([...words, "--nats", server.url], { env: { NO_COLOR: "1" } });
}

async function json(...words: readonly string[]): Promise<unknown> {
  const { stdout, code, stderr } = await run(...words, "--json");
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What stands in the stream, without lanes. */
async function standing(): Promise<readonly string[]> {
  const subjects = Object.entries(await (await stand()).raw.subjects(JOBS));
  return subjects.map(([subject, count]) => {
    const [, , , queue, state, , , slot = ""] = subject.split(".");
    return `${queue} ${state} ${slot.slice(0, 3)} ${count}`;
  }).sort();
}

async function recordOf(key: string): Promise<Record<string, unknown>> {
  const { [key]: text = "{}" } = await (await stand()).buckets.values(RECORDS);
  return JSON.parse(text) as Record<string, unknown>;
}

Deno.test("what waits in a queue that has another name now is moved there, if it fits", async () => {
  const { raw } = await stand();
  assertEquals((await run("jobs", "move", "mail", "send", "nowhere")).code, 4);
  assertEquals((await run("jobs", "move", "mail", "post", "send")).code, 4);
  const worked = await run("jobs", "move", "mail", "post", "one");
  assertEquals(worked.code, 1);
  assertStringIncludes(worked.stderr, "jobs pause mail post");
  const refused = await run("jobs", "move", "mail", "send", "post");
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "c stays: it does not fit post: /to");
  assertEquals(await standing(), [
    "Report_Export run o-1 1",
    "send later b 1",
    "send run a 1",
    "send run c 1",
  ]);
  const moved = await json("jobs", "move", "mail", "send", "post", "--if-valid");
  const why = "does not fit post: /to must be string";
  assertEquals(moved, { moved: 2, stay: [{ id: "c", why }] });
  const after = [
    "Report_Export run o-1 1",
    "post later b 1",
    "post run a 1",
    "send run c 1",
  ];
  assertEquals(await standing(), after);
  const there = Object.keys(await raw.subjects(JOBS)).find((subject) => subject.endsWith(".b"))!;
  const { headers = {} } = await raw.last(JOBS, there) ?? {};
  assertEquals(headers["Nats-Schedule-Target"], there.replace("later", "run"));
  assertEquals(headers["Nats-Schedule"], "@at 2100-01-01T00:00:00Z");
  assertEquals(headers["Trellis-Attempt"], "3");
  assertEquals(headers["Trellis-Deadline"], "2100-01-02T00:00:00.000Z");
  assertEquals([headers["Trellis-Origin"], headers["Trellis-Payload"]], [undefined, undefined]);
  const { state, error } = await recordOf(recordKey("job", "send", "b"));
  assertEquals([state, error], ["cancelled", "it was moved to post"]);
  // As when the command was ended before it took it out.
  await raw.queue(place("a"), { to: "ada" });
  assertEquals(await json("jobs", "move", "mail", "send", "post", "--if-valid"), {
    moved: 1,
    stay: [{ id: "c", why }],
  });
  assertEquals(await standing(), after);
  const consumers = Object.keys(await raw.consumers(JOBS)).filter((name) => name.includes("post"));
  const taken = (await Promise.all(consumers.map((name) => raw.take(JOBS, name))))
    .flatMap((message) => message ?? []);
  assertEquals(taken.map((message) => message.headers?.get("Trellis-Cause")), ["rpc:R1"]);
});

Deno.test("keys hold where jobs are moved to, and what is in work stays", async () => {
  const { raw } = await stand();
  await raw.queue(place("d"), { to: "dan" });
  await raw.queue(place("e"), { to: "dan" });
  const named = "01K9ZQ4T0VWXY2A3B4C5D6E7F8-u-other";
  await raw.queue(place(named), { to: "fay" });
  const { moved, stay } = await json("jobs", "move", "mail", "send", "one", "--if-valid") as {
    readonly moved: number;
    readonly stay: readonly { readonly id: string; readonly why: string }[];
  };
  assertEquals([moved, stay.map(({ id }) => id)], [1, ["c", "e", named]]);
  assertStringIncludes(stay[1]!.why, "has a key");
  assertStringIncludes(stay[2]!.why, "has another key");
  assertEquals((await run("jobs", "pause", "mail", "post")).code, 0);
  // The first one was taken before, and nobody has said what became of it.
  const discarded = await json("jobs", "discard", "mail", "post", "--waiting", "--yes");
  assertEquals(discarded, { discarded: 1, stay: [{ id: "a", why: "is in work" }] });
  await (await raw.take(JOBS, durableName("job", "mail", "one", 0)))?.ackAck();
});

Deno.test("what waits in a queue that is gone is thrown away, once a person says so", async () => {
  const { server } = await stand();
  assertEquals((await run("jobs", "discard", "mail", "send", "--waiting")).code, 2);
  assertEquals((await run("jobs", "discard", "mail", "send", "--waiting", "--all")).code, 2);
  const discarded = await run("jobs", "discard", "mail", "send", "--waiting", "--yes");
  assertEquals([discarded.code, discarded.stdout], [0, "discarded 3 jobs of send\n"]);
  assertEquals(await json("operations", "discard", "mail", "Report.Export", "--yes"), {
    discarded: 1,
    stay: [],
  });
  const { state, reason } = await recordOf(recordKey("operation", "Report_Export", "o-1"));
  assertEquals([state, reason], ["cancelled", "it was thrown away with all that waited"]);
  assertEquals(await standing(), ["post run a 1"]);
  (await (await server.authority()).reconcile("mail")).orThrow();
  const status = await run("status");
  assertEquals(status.stdout.includes("no longer declared"), false);
});
