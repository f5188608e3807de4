import { freePort } from "../../tests/support/server_process.ts";
import { until } from "../project/until.ts";
import { installedProgram, run } from "./installed_program.ts";
import type { QueuePeer } from "./queue_peer.ts";

/** Loaded when it is its turn, and locked in the bench's own file: nobody else is to download it. */
const PG_BOSS = "npm:pg-boss@12.38.0";

/** What is used of pg-boss. */
interface BossModule {
  readonly PgBoss: new (options: object) => {
    on(event: "error", listener: () => void): void;
    start(): Promise<unknown>;
    stop(options: { readonly graceful: boolean }): Promise<void>;
    createQueue(name: string, options: object): Promise<void>;
    insert(name: string, jobs: readonly { readonly data: object }[]): Promise<unknown>;
    work(
      name: string,
      options: object,
      handler: (jobs: readonly unknown[]) => Promise<void>,
    ): Promise<string>;
    offWork(name: string, options: object): Promise<void>;
  };
}

const NAME = "bench";
/** Rows of one insertion. */
const BULK = 500;

/** pg-boss on a PostgreSQL of its own with its default settings. Undefined where there is no PostgreSQL. */
export async function startBossQueue(): Promise<QueuePeer | undefined> {
  const program = await installedProgram("postgres", "postgresql");
  const initdb = await installedProgram("initdb", "postgresql");
  if (program === undefined || initdb === undefined) return undefined;
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "trellis_bench_postgres_" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const user = await serverUser();
  if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid ?? null);
  const data = `${folder}/data`;
  await run(initdb, ["--pgdata", data, "--username", "bench", "--auth", "trust"], user);
  const port = freePort();
  const server = new Deno.Command(program, {
    args: ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1"],
    stdout: "null",
    stderr: "null",
    ...user,
  }).spawn();
  cleanup.defer(async () => {
    server.kill("SIGINT");
    await server.status;
  });
  await until(
    "PostgreSQL listens",
    () => Deno.connect({ port }).then((socket) => (socket.close(), true), () => false),
  );
  const { PgBoss } = await import(PG_BOSS) as BossModule;
  const boss = new PgBoss({
    connectionString: `postgres://bench@127.0.0.1:${port}/postgres`,
    supervise: false,
    schedule: false,
  });
  boss.on("error", () => {});
  await until("pg-boss has its tables", () => boss.start().then(() => true, () => false));
  cleanup.defer(() => boss.stop({ graceful: false }));
  await boss.createQueue(NAME, { deleteAfterSeconds: 60, retryLimit: 4 });
  const kept = cleanup.move();
  return {
    name: "pg-boss",
    async enqueue(payloads) {
      for (let from = 0; from < payloads.length; from += BULK) {
        await boss.insert(NAME, payloads.slice(from, from + BULK).map((data) => ({ data })));
      }
    },
    async work(atOnce, handler) {
      const options = { batchSize: atOnce, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
      const id = await boss.work(NAME, options, (jobs) => {
        for (const _ of jobs) handler();
        return Promise.resolve();
      });
      return { [Symbol.asyncDispose]: () => boss.offWork(NAME, { id, wait: true }) };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** PostgreSQL does not run as root: then it is nobody's. */
async function serverUser(): Promise<Pick<Deno.CommandOptions, "uid" | "gid">> {
  if (Deno.uid() !== 0) return {};
  const [uid = "", gid = ""] =
    (await run("id", ["-u", "nobody"]) + await run("id", ["-g", "nobody"]))
      .split("\n");
  return { uid: Number(uid), gid: Number(gid) };
}
