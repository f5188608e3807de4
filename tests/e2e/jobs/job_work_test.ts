import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, err, GiveUp, ok } from "../../../mod.ts";
import { deploy } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";
import { trellis } from "../support/trellis_command.ts";

const Order = Type.Object({ orderId: Type.String() });

const shop = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  rpc: {
    "Order.Place": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
  },
  events: {
    "Order.Packed": { version: "v1", params: ["/orderId"], event: ref.schema("Order") },
  },
  resources: { kv: { parcels: { purpose: "Parcels", schema: ref.schema("Order") } } },
  eventConsumers: { mailer: { self: ["Order.Packed"] } },
  jobs: {
    pack: {
      payload: ref.schema("Order"),
      result: ref.schema("Order"),
      progress: true,
      maxDeliver: 1,
    },
    mail: { payload: ref.schema("Order"), unique: "/orderId" },
  },
}));

/** Orders whose packing waits to be told to end. */
const HELD = "held";

const handlers = defineHandlers(shop, {
  rpc: {
    "Order.Place": async ({ input, client }) => {
      await client.jobs.pack.create(input).orThrow();
      return ok(input);
    },
  },
  jobs: {
    pack: async ({ payload, job, client }) => {
      if (payload.orderId === "broken") return err(new GiveUp({ reason: "it is broken" }));
      job.progress({ done: 1, total: 2 });
      if (payload.orderId === HELD) {
        await new Promise((resolve) => job.signal.addEventListener("abort", resolve));
      }
      await client.kv.parcels.put(payload.orderId, payload).orThrow();
      await client.event.order.packed.publish(payload).orThrow();
      return ok(payload);
    },
    mail: () => ok(),
  },
  events: {
    mailer: {
      self: {
        "Order.Packed": async ({ event, client }) => {
          await client.jobs.mail.create(event, { delayMs: 3_600_000 }).orThrow();
          return ok();
        },
      },
    },
  },
});

const stand = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  const service = opened.use(await deploy(server, shop, handlers));
  const moved = opened.move();
  return { server, service, [Symbol.asyncDispose]: () => moved.disposeAsync() };
});

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

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly cause: string | null;
}

async function jobs(queue: string): Promise<readonly Shown[]> {
  return (await json<{ jobs: readonly Shown[] }>("jobs", "ls", "shop", queue)).jobs;
}

Deno.test("a request is followed through its job and event to the job that waits, and back", async () => {
  const placed = await json<object>("call", "Order.Place", '{"orderId":"1"}');
  assertEquals(placed, { orderId: "1" });
  await until(async () => (await jobs("mail")).length === 1, "the mail waits");
  const [packed] = await jobs("pack");
  assertEquals(packed?.state, "done");
  assertMatch(packed?.cause ?? "", /^rpc:/);
  const [mail] = await jobs("mail");
  assertEquals(mail?.state, "scheduled");
  const trace = await run("trace", packed?.cause ?? "");
  assertEquals([trace.code, trace.stderr], [0, ""]);
  const lines = trace.stdout.replaceAll(/ +\+\d+ ms| {2}\d{4}-\S+Z/g, "").split("\n");
  assertEquals(lines.slice(1, -1), [
    `└─ job shop/pack ${packed?.id}  done`,
    "   ├─ kv shop/parcels 1  written, revision 1",
    lines[3],
    "      └─ group shop/mailer  settled",
    `         └─ job shop/mail ${mail?.id}  scheduled`,
  ]);
  assertMatch(lines[3] ?? "", /^ {3}└─ event Order\.Packed \w+$/);
  // From its end to its beginning.
  const back = await run("trace", `job:${mail?.id}`);
  assertEquals(back.stdout, trace.stdout);
});

Deno.test("jobs are created and taken back, each limit of their queue in force", async () => {
  const misfit = await run("jobs", "create", "shop", "mail", '{"order":1}');
  assertEquals(misfit.code, 1);
  assertEquals(misfit.stderr.match(/\/orderId/g)?.length, 1);
  const twice = await run("jobs", "create", "shop", "mail", '{"orderId":"1"}');
  assertEquals(twice.code, 6);
  assertStringIncludes(twice.stderr, "jobs show shop mail ");
  const [waiting] = await jobs("mail");
  assertStringIncludes(twice.stderr, waiting?.id ?? "");
  assertEquals((await run("jobs", "cancel", "shop", "mail", waiting?.id ?? "")).code, 0);
  assertEquals(await jobs("mail"), []);
  assertEquals((await run("jobs", "cancel", "shop", "mail", waiting?.id ?? "")).code, 4);

  const later = await json<{ id: string }>(
    ...["jobs", "create", "shop", "mail", '{"orderId":"2"}', "--delay", "1h"],
  );
  assertEquals((await jobs("mail")).map(({ id, state }) => [id, state]), [[later.id, "scheduled"]]);

  const held = await json<{ id: string }>(
    ...["jobs", "create", "shop", "pack", `{"orderId":"${HELD}"}`],
  );
  const state = async () => (await json<Shown>("jobs", "show", "shop", "pack", held.id)).state;
  await until(async () => await state() === "running", "it runs");
  const cancelled = await run("jobs", "cancel", "shop", "pack", held.id, "--reason", "a mistake");
  assertEquals(cancelled.code, 0);
  await until(async () => await state() === "cancelled", "it is cancelled");
});

Deno.test("what a job's handler has given up is a dead letter, and a retry runs it again", async () => {
  const { id } = await json<{ id: string }>(
    ...["jobs", "create", "shop", "pack", '{"orderId":"broken"}'],
  );
  const isDead = async () =>
    (await jobs("pack")).some((job) => job.id === id && job.state === "dead");
  await until(isDead, "it is given up");
  const shown = await run("jobs", "show", "shop", "pack", id);
  assertStringIncludes(shown.stdout, "it is broken");
  assertStringIncludes(shown.stdout, '"orderId": "broken"');
  const letters = async () =>
    (await json<{ letters: readonly { deadAt: string }[] }>("dead", "ls", "shop")).letters;
  const [first] = await letters();
  assertEquals((await run("jobs", "retry", "shop", "pack", id)).code, 0);
  const isDeadAgain = async () => {
    const [again] = await letters();
    return again !== undefined && again.deadAt !== first?.deadAt;
  };
  await until(isDeadAgain, "it is given up again");
  assertEquals((await run("jobs", "discard", "shop", "pack", id, "--yes")).code, 0);
  assertEquals(await letters(), []);
});
