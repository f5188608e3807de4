/**
 * Many clients in one process, each with a session of its own. Argument: where the server is. It reads a line of
 * JSON for each thing to do, and answers with one.
 */
import { type BodyOf, TransportError, TrellisClient } from "../../mod.ts";
import { linesOf } from "../measure/lines.ts";
import { ORDER } from "../rpc/order.ts";
import { echoApp } from "./echo_app.ts";

/** What the clients are told to do. */
export type Task =
  /** They connect, with these keys. */
  | { readonly kind: "connect"; readonly seeds: readonly string[] }
  /** They wait until all of them know that the server is gone. */
  | { readonly kind: "lose" }
  /** Each calls, one call after the other, for so many milliseconds. */
  | { readonly kind: "call"; readonly ms: number };

/** What came of it. */
export interface Done {
  readonly ms: number;
  readonly calls: number;
  /** Codes of the calls that failed. */
  readonly errors: Readonly<Record<string, number>>;
  /** Of the process, in bytes. */
  readonly memory: number;
}

/** As many as connect at the same moment. */
const WIDTH = 16;

const [trellisUrl = ""] = Deno.args;
const clients: TrellisClient<BodyOf<typeof echoApp>>[] = [];

async function connect(seeds: readonly string[]): Promise<void> {
  const left = [...seeds];
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    for (let seed = left.pop(); seed !== undefined; seed = left.pop()) {
      const options = { contract: echoApp, trellisUrl, sessionKeySeed: seed, waitMs: 30_000 };
      clients.push(await TrellisClient.connect(options).orThrow());
    }
  }));
}

async function lose(): Promise<void> {
  await Promise.all(clients.map(async ({ connection }) => {
    for await (const { state } of connection.watch()) if (state !== "connected") return;
  }));
}

async function call(ms: number): Promise<Pick<Done, "calls" | "errors">> {
  const errors: Record<string, number> = {};
  let calls = 0;
  const end = performance.now() + ms;
  await Promise.all(clients.map(async (client) => {
    do {
      const answer = await client.rpc.orders.echo(ORDER, { timeoutMs: 60_000 });
      calls++;
      if (!answer.isErr()) continue;
      const code = answer.error instanceof TransportError ? answer.error.code : answer.error.name;
      errors[code] = (errors[code] ?? 0) + 1;
    } while (performance.now() < end);
  }));
  return { calls, errors };
}

for await (const line of linesOf(Deno.stdin.readable)) {
  const task: Task = JSON.parse(line);
  const start = performance.now();
  const counts = task.kind === "call" ? await call(task.ms) : { calls: 0, errors: {} };
  if (task.kind === "connect") await connect(task.seeds);
  if (task.kind === "lose") await lose();
  const ms = performance.now() - start;
  const done: Done = { ms, ...counts, memory: Deno.memoryUsage().rss };
  console.log(JSON.stringify(done));
}
Deno.exit();
