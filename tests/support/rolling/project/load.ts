/**
 * Asks for everything until it is told to end by SIGTERM, and writes a line of JSON for each thing that it
 * was told is done, or that failed. Before it ends it looks for all that was acknowledged, also to the ones
 * before it: `load.ts <ledger>`.
 */
import { TrellisClient } from "@qlever-llc/trellis";
import contract from "./contracts/load.ts";

const [path = ""] = Deno.args;
const PAUSE_MS = 20;
/** How long what was acknowledged may take to be worked on. */
const PATIENCE_MS = 60_000;

const ledger = Deno.openSync(path, { append: true, create: true });
function write(what: string, more: Record<string, string> = {}): void {
  const line = JSON.stringify({ at: new Date().toISOString(), what, ...more });
  ledger.writeSync(new TextEncoder().encode(`${line}\n`));
}

let isOver = false;
Deno.addSignalListener("SIGTERM", () => isOver = true);

const client = await TrellisClient.connect({ contract, waitMs: 60_000 }).orThrow();
const { operation, rpc, feed } = client;
const body = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does one thing after the other until it is over. */
async function again(what: string, act: (key: string) => Promise<unknown>): Promise<void> {
  for (let n = 0; !isOver; n++) {
    const key = `${what}-${Deno.pid}-${n}`;
    try {
      await act(key);
      write(what, { key });
    } catch (cause) {
      write("failed", { key, why: String(cause), code: codeOf(cause) });
    }
    await pause(PAUSE_MS);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}

const heard = new Set<string>();
const mine = new Set<string>();
const changes = await feed.thing.changes({}).orThrow();
const hearing = (async () => {
  for await (const { value } of changes) heard.add(value.key);
})();
write("ready");

await Promise.all([
  again("keep", async (key) => {
    await rpc.thing.keep({ key }).orThrow();
    mine.add(key);
  }),
  again("send", async (key) => {
    const ref = await operation.thing.send.start({ key }, { body }).orThrow();
    await ref.wait().orThrow();
    const { file } = await rpc.thing.fetch({ key }).orThrow();
    const back = await client.transfer(file).bytes().orThrow();
    if (back.some((byte, at) => byte !== body[at])) throw new Error("it came back changed");
  }),
  again("state", async (key) => {
    await client.state.last.put({ key }).orThrow();
    const last = await client.state.last.get().orThrow();
    if (!last.found || "migrationRequired" in last || last.entry.value.key !== key) {
      throw new Error("the state is not what was put");
    }
  }),
]);

/** Waits until nothing is missing; what is missing then is lost. */
async function settle(what: string, missing: () => Promise<readonly string[]>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const keys = await missing();
    if (keys.length === 0) return write("settled", { key: what });
    if (performance.now() > end) {
      for (const key of keys) write("lost", { key, why: what });
      return;
    }
    await pause(200);
  }
}

const kept = Deno.readTextFileSync(path).split("\n").filter((line) => line !== "")
  .map((line): { what: string; key?: string } => JSON.parse(line))
  .flatMap(({ what, key }) => what === "keep" && key !== undefined ? [key] : []);
await settle("kept, told and painted", async () => {
  const missing: string[] = [];
  for (let at = 0; at < kept.length; at += 1000) {
    const keys = kept.slice(at, at + 1000);
    missing.push(...(await rpc.thing.missing({ keys }).orThrow()).keys);
  }
  return missing;
});
await settle("heard", () => Promise.resolve([...mine].filter((key) => !heard.has(key))));
await client.close();
await hearing.catch(() => {});
