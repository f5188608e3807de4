/** Strikes a cluster of three servers again and again while everything is asked of it, and counts what is wrong then. */
import { isErr, TrellisClient, TrellisService } from "../../../mod.ts";
import { provision, SILENT } from "../deployed.ts";
import { Ground } from "./ground.ts";
import { NatsCluster } from "../nats_cluster.ts";
import { until } from "../until.ts";
import { type Asker, CONTESTED, fileOf, KINDS, Load } from "./load.ts";
import { type Violation, violations } from "./linearizable.ts";
import { type Shock, type Shocked, strike } from "./shocks.ts";
import { type Handled, visitor, yard, yardHandlers } from "./yard.ts";

/** How much is asked, and how often it is struck. */
export interface ClusterChaosOptions {
  /** What strikes, one after the other. */
  readonly shocks: readonly Shock[];
  /** How many ask, each for everything at once. */
  readonly askers: number;
  /** Milliseconds in which nothing happens after each shock. */
  readonly calmMs: number;
  /** The leader of this stream is struck each time; those of all streams in their turn unless given. */
  readonly stream?: string;
  /** This nats-server, instead of the one that Trellis would use. */
  readonly binary?: string;
  /** Is told how far it is. */
  readonly say?: (line: string) => void;
}

/** What has become of it. */
export interface ClusterChaosReport {
  readonly faults: {
    /** Of writes, and of what is read when it is over. */
    readonly violations: readonly Violation[];
    /** Acknowledged, and gone or never worked on: by kind. */
    readonly lost: Readonly<Record<string, readonly string[]>>;
    /** Two acknowledgements of one bucket have named the same revision. */
    readonly sameRevision: readonly string[];
    /** Kinds of which a request was never answered. */
    readonly hung: readonly string[];
  };
  /** Keys of which something older was read than was there: of a leader that was cut off or stood still. */
  readonly staleReads: readonly string[];
  readonly kinds: Readonly<Record<string, KindReport>>;
}

/** What is said of one kind of request. */
export interface KindReport {
  readonly done: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly longestMs: number;
  /** The longest time without one that was done, in milliseconds, after each shock of a kind. */
  readonly gapsMs: Readonly<Partial<Record<Shock, readonly number[]>>>;
}

/** Kinds of what is worked on. */
const WORKED = ["event", "transact", "job", "kept job", "operation"] as const;
/** How long it may take until all that was accepted is worked on, in milliseconds. */
const WORKED_MS = 120_000;

/** Runs it on a cluster of its own. */
export async function runClusterChaos(options: ClusterChaosOptions): Promise<ClusterChaosReport> {
  const { shocks, askers: count, calmMs, say } = options;
  await using opened = new AsyncDisposableStack();
  const ground = opened.use(await Ground.prepare(shocks, { binary: options.binary }));
  const cluster = opened.use(await NatsCluster.start(ground.settings));
  const shocked: Shocked = { cluster, ground };
  await deploy(cluster);
  const handled: Handled = {
    event: new Set(),
    transact: new Set(),
    job: new Set(),
    "kept job": new Set(),
    operation: new Set(),
  };
  const askers: Asker[] = [];
  for (let n = 0; n < count; n++) askers.push(await openAsker(cluster, n, handled, opened));
  const streams = (await cluster.streams()).filter(({ config }) => config.num_replicas === 3)
    .map(({ config }) => config.name);
  const load = new Load(askers, "x");
  const struck: { readonly shock: Shock; readonly at: number }[] = [];
  await pause(calmMs);
  for (const [n, shock] of shocks.entries()) {
    const stream = options.stream ?? streams[n % streams.length] ?? "";
    struck.push({ shock, at: performance.now() });
    const { currentMs } = await strike(shocked, shock, stream);
    await pause(calmMs);
    say?.(`${n + 1} of ${shocks.length}: ${shock} ${stream}, all current after ${currentMs} ms`);
  }
  const endedAt = performance.now();
  const hung = await load.stop();
  const { lost, sameRevision } = await findLost(cluster, load, askers, handled);
  const kinds = Object.fromEntries(KINDS.map((kind) => {
    const { doneAt, failed, longestMs } = load.tallies[kind];
    const gapsMs = Map.groupBy(
      struck.map(({ shock, at }, n) => ({
        shock,
        gap: longestGap(doneAt, at, struck[n + 1]?.at ?? endedAt),
      })),
      ({ shock }) => shock,
    );
    return [kind, {
      done: doneAt.length,
      failed,
      longestMs: Math.round(longestMs),
      gapsMs: Object.fromEntries(
        [...gapsMs].map(([shock, all]) => [shock, all.map(({ gap }) => gap)]),
      ),
    }];
  }));
  const { history } = load;
  const written = history.filter(({ action, began }) => action.kind !== "read" || began > endedAt);
  const staleReads = violations(history).map(({ key }) => key);
  return {
    faults: { violations: violations(written), lost, sameRevision, hung },
    staleReads,
    kinds,
  };
}

async function deploy(cluster: NatsCluster): Promise<void> {
  const [server] = cluster.servers;
  if (server === undefined) throw new Error("the cluster has no server");
  const authority = await server.authority();
  await provision(authority, yard);
  await provision(authority, visitor).catch(() => {});
  await cluster.allSettled();
}

async function openAsker(
  { urls }: NatsCluster,
  n: number,
  handled: Handled,
  opened: AsyncDisposableStack,
): Promise<Asker> {
  // Each begins at another server.
  const trellisUrl = [...urls.slice(n % urls.length), ...urls.slice(0, n % urls.length)];
  const settings = { trellisUrl, log: SILENT, waitMs: 30_000 };
  const service = opened.use(
    await TrellisService.connect({ contract: yard, ...settings }).orThrow(),
  );
  await service.serve(yardHandlers(handled));
  const client = opened.use(
    await TrellisClient.connect({ contract: visitor, ...settings }).orThrow(),
  );
  return { service, client, files: await service.store.files.open().orThrow() };
}

async function findLost(
  cluster: NatsCluster,
  load: Load,
  askers: readonly Asker[],
  handled: Handled,
) {
  const [asker] = askers;
  if (asker === undefined) throw new Error("nobody asks");
  const { service, files } = asker;
  const { tallies, history } = load;
  const left = () =>
    Object.fromEntries(WORKED.map((kind) => {
      return [
        kind,
        [...tallies[kind].acknowledged.keys()].filter((key) => !handled[kind].has(key)),
      ];
    }));
  const isDone = () => Object.values(left()).every((keys) => keys.length === 0);
  await until(isDone, "all is worked on", WORKED_MS).catch(() => {});
  const lost: Record<string, readonly string[]> = left();
  lost.event = await Promise.all((lost.event ?? []).map(async (key) => {
    const query = JSON.stringify({ last_by_subj: `events.v1.Piece.Moved.${key}` });
    const found = await cluster.ask("$JS.API.STREAM.MSG.GET.trellis_events", query);
    return `${key}: ${found?.error === undefined ? "stored, and not handled" : "gone"}`;
  }));
  for (const key of CONTESTED) {
    const began = performance.now();
    const entry = (await service.kv.contested.get(key)).take();
    if (isErr(entry) && entry.error.reason !== "not_found") throw entry.error;
    const value = isErr(entry) ? undefined : entry.value.key;
    const ended = performance.now();
    history.push({ key, action: { kind: "read", value }, began, ended, outcome: "done" });
  }
  const created: string[] = [];
  const revisions = new Map<string, string>();
  const sameRevision: string[] = [];
  for (const [key, revision] of tallies.create.acknowledged) {
    const entry = (await service.kv.created.get(key)).take();
    if (isErr(entry) || entry.value.key !== key) created.push(`${key} (${revision})`);
    const other = revisions.get(revision);
    if (other !== undefined) sameRevision.push(`${revision}: ${other}, ${key}`);
    revisions.set(revision, key);
  }
  lost.create = created;
  const booked: string[] = [];
  for (const key of tallies.transact.acknowledged.keys()) {
    if ((await service.kv.booked.get(key)).isErr()) booked.push(key);
  }
  lost.booked = booked;
  const stored: string[] = [];
  for (const key of tallies["store put"].acknowledged.keys()) {
    const entry = (await files.get(key)).take();
    const bytes = isErr(entry) ? entry : (await entry.bytes()).take();
    if (isErr(bytes)) stored.push(`${key}: ${bytes.error.message}`);
    else if (!isSame(bytes, fileOf(key))) stored.push(`${key}: other bytes`);
  }
  lost["store put"] = stored;
  return { lost, sameRevision };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** The longest time between two of these moments, as far as it lies between two others, in milliseconds. */
function longestGap(moments: readonly number[], from: number, to: number): number {
  let longest = 0;
  let before = from;
  for (const moment of moments.toSorted((a, b) => a - b)) {
    if (moment <= from) continue;
    if (moment >= to) break;
    longest = Math.max(longest, moment - before);
    before = moment;
  }
  return Math.round(Math.max(longest, to - before));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
