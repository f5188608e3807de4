import { TrellisClient } from "../mod.ts";
import { provision } from "../tests/support/deployed.ts";
import { notesV1 } from "../tests/support/platform/state_contracts.ts";
import { SecuredTrellis } from "../tests/support/platform/secured_trellis.ts";
import { stateUser } from "../tests/support/platform/state_user.ts";
import { type Call, run } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone, compared, type Row } from "./measure/row.ts";
import { openRawKv } from "./nats/raw_kv.ts";
import { fillState, makeBucket, type RawEntry } from "./nats/raw_state.ts";

const KV = "@nats-io/kv";
const ECHOES = "two RPCs that read nothing";
const BUCKET = "beside";
const KEYS = 1000;
const MANY = 100_000;
const PAGE = 20;
const DRAFT = { title: "x".repeat(300) };

/**
 * State of users, kept by another process: reads and writes beside one round trip to that process and one to a
 * bucket, and pages of a user with many entries, and of one among many users.
 */
export const state: Measurement = async ({ quick, say }) => {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  await provision(trellis.authority, notesV1);
  const ada = opened.use(await connect(trellis, "ada"));
  const bob = opened.use(await connect(trellis, "bob"));
  const untyped = opened.use(await stateUser(trellis, { kind: "user", id: "ada" }, notesV1));
  opened.use(await keptElsewhere(trellis));
  const { connection } = trellis.messaging;
  await makeBucket(connection, BUCKET);
  const { keys } = trellis.server;
  const raw = opened.use(await openRawKv(trellis.url, BUCKET, keys.platform));

  const { drafts } = ada.state;
  let last = 0;
  const key = () => `k${last++ % KEYS}`;
  await raw.fill(Array.from({ length: KEYS }, key), DRAFT);
  for (let at = 0; at < KEYS; at++) await drafts.put(key(), DRAFT);
  const calls = quick ? 200 : 500;
  const timed = (call: Call) => ({ turn: () => run({ kind: "sequential", calls }, call) });
  say("reads and writes");
  const figures = await inTurns({
    // Another process looks for a store that is not there: a round trip, twice.
    [ECHOES]: timed(async () => {
      await untyped.get({ store: "nothing", key: "k" });
      await untyped.get({ store: "nothing", key: "k" });
    }),
    get: timed(async () => await drafts.get(key())),
    put: timed(async () => await drafts.put(key(), DRAFT)),
    rawGet: timed(() => raw.get(key())),
    rawPut: timed(() => raw.put(key(), DRAFT)),
  }, quick ? 7 : 15);
  // At most what 2.2 round trips take.
  const worth = { of: "ratio", limit: 1.1 } as const;
  const rows: Row[] =
    ([["get", figures.get, figures.rawGet], ["put", figures.put, figures.rawPut]] as const)
      .flatMap(([name, Trellis = [], raw = []]) => {
        const subject = { name: `state ${name}, p50`, unit: "us" } as const;
        return [
          compared({ ...subject, target: worth }, { ...figures, Trellis }, ECHOES),
          compared(subject, { Trellis, [KV]: raw }, KV),
        ];
      });

  say("filling");
  await fillState(connection, manyOf("ada"), DRAFT);
  await fillState(connection, manyUsers(), DRAFT);
  for (let at = 0; at < 2 * PAGE; at++) await bob.state.drafts.put(`b${at}`, DRAFT);
  const target = { of: "figure", limit: 20 } as const;
  for (const [name, client] of [["a user's 100k", ada], ["one of 100k users", bob]] as const) {
    const page = async () => {
      const started = performance.now();
      const { entries } = await client.state.drafts.list({ limit: PAGE });
      if (entries.length !== PAGE) throw new Error(`a page of ${entries.length}`);
      return performance.now() - started;
    };
    say(name);
    const started = performance.now();
    // A user's first page may take longer than a call waits.
    while (!(await client.state.drafts.list({ limit: PAGE }).result()).isOk());
    const first = performance.now() - started;
    rows.push(alone({ name: `page of 20 of ${name}, first`, unit: "ms" }, [first]));
    const pages = await inTurns({ page: { turn: page } }, quick ? 15 : 50);
    rows.push(alone({ name: `page of 20 of ${name}`, unit: "ms", target }, pages.page ?? []));
  }
  return rows;
};

const draftsOf = (id: string) =>
  ({
    principal: { kind: "user", id },
    contract: notesV1.id,
    store: "drafts",
  }) as const;

function* manyOf(id: string): Generator<RawEntry> {
  const namespace = draftsOf(id);
  for (let at = 0; at < MANY; at++) yield { namespace, key: `d/${String(at).padStart(6, "0")}` };
}

function* manyUsers(): Generator<RawEntry> {
  for (let at = 0; at < MANY; at++) yield { namespace: draftsOf(`user-${at}`), key: "today" };
}

async function connect({ platform, url }: SecuredTrellis, id: string) {
  const principal = { kind: "user", id } as const;
  const session = (await platform.openUserSession({ principal, contract: notesV1 })).orThrow();
  const { seed = "" } = session;
  return await TrellisClient.connect({ contract: notesV1, trellisUrl: url, sessionKeySeed: seed })
    .orThrow();
}

/** Has another process keep state, alone. */
async function keptElsewhere(trellis: SecuredTrellis): Promise<AsyncDisposable> {
  const program = new URL("../tests/support/platform/platform_process.ts", import.meta.url).href;
  const { url, keysDir } = trellis.server;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program, url, keysDir],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  await reader.read();
  await trellis.stopPlatform();
  return {
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.status;
      await reader.cancel();
    },
  };
}
