import { freePort } from "../../tests/support/server_process.ts";
import { until } from "../project/until.ts";
import { installedProgram } from "./installed_program.ts";
import type { QueuePeer } from "./queue_peer.ts";

/** Loaded when it is its turn, and locked in the bench's own file: nobody else is to download it. */
const BULLMQ = "npm:bullmq@6.7.0";
const IOREDIS = "npm:ioredis@5.8.2";

/** What is used of BullMQ. */
interface BullMq {
  readonly Queue: new (name: string, options: { readonly connection: Connection }) => {
    waitUntilReady(): Promise<unknown>;
    addBulk(
      jobs: readonly { readonly name: string; readonly data: object; readonly opts: object }[],
    ): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    work: () => Promise<void>,
    options: { readonly connection: Connection; readonly concurrency: number },
  ) => { waitUntilReady(): Promise<unknown>; close(): Promise<void> };
}

/** What is used of ioredis. */
interface IoRedis {
  readonly Redis: new (port: number, host: string, options: object) => Connection;
}

interface Connection {
  disconnect(): void;
}

const NAME = "bench";
/** Jobs that go to the server in one step. */
const BULK = 500;

/**
 * BullMQ on a Redis of its own, which keeps what it has acknowledged as its authors advise for queues: in a log
 * that is written to disk each second. Undefined where there is no Redis.
 */
export async function startBullQueue(): Promise<QueuePeer | undefined> {
  const program = await installedProgram("redis-server", "redis-server");
  if (program === undefined) return undefined;
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "trellis_bench_redis_" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const settings = { port, dir: folder, bind: "127.0.0.1", appendonly: "yes", save: "" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = new Deno.Command(program, { args, stdout: "null", stderr: "null" }).spawn();
  cleanup.defer(async () => {
    server.kill("SIGTERM");
    await server.status;
  });
  await until(
    "Redis listens",
    () => Deno.connect({ port }).then((socket) => (socket.close(), true), () => false),
  );
  // In this order: BullMQ has it for an optional peer.
  const { Redis } = await import(IOREDIS) as IoRedis;
  const { Queue, Worker } = await import(BULLMQ) as BullMq;
  const connection = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null });
  cleanup.defer(() => connection.disconnect());
  const queue = new Queue(NAME, { connection });
  cleanup.defer(() => queue.close());
  await queue.waitUntilReady();
  const kept = cleanup.move();
  return {
    name: "BullMQ",
    async enqueue(payloads) {
      const jobs = payloads.map((data) => ({
        name: "job",
        data,
        opts: { removeOnComplete: true, attempts: 5 },
      }));
      const bulks = Array.from(
        { length: Math.ceil(jobs.length / BULK) },
        (_, i) => jobs.slice(i * BULK, (i + 1) * BULK),
      );
      for (const bulk of bulks) await queue.addBulk(bulk);
    },
    async work(atOnce, handler) {
      const worker = new Worker(NAME, () => Promise.resolve(handler()), {
        connection,
        concurrency: atOnce,
      });
      await worker.waitUntilReady();
      return { [Symbol.asyncDispose]: () => worker.close() };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
