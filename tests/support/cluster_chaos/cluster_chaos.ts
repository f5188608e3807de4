/** Strikes a cluster of three servers again and again while everything is asked of it, and counts what is wrong then. */
import { TrellisClient, TrellisService } from "../../../mod.ts";
import { SILENT } from "../deployed.ts";
import { Ground } from "./ground.ts";
import { findLost, type Found } from "./find_lost.ts";
import { type Asker, Load } from "./load.ts";
import { type Violation, violations } from "./linearizable.ts";
import { PROCESS_SHOCKS, type ProcessShock, strikeProcess } from "./process_shocks.ts";
import { type Shock, SHOCKS, strike } from "./shocks.ts";
import { type Failure, type Kind, KINDS } from "./tallies.ts";
import { TrellisCluster } from "./trellis_cluster.ts";
import { type Handled, visitor, yard, yardHandlers } from "./yard.ts";
import { YardInstance } from "./yard_instance.ts";

/** Everything that can strike. */
export type AnyShock = Shock | ProcessShock;
/** Their names. */
export const ANY_SHOCKS: readonly AnyShock[] = [...SHOCKS, ...PROCESS_SHOCKS];

/** How much is asked, and how often it is struck. */
export interface ClusterChaosOptions {
  /** Servers that let in whom Trellis knows alone. */
  readonly isSecured: boolean;
  /** What strikes, one after the other. */
  readonly shocks: readonly AnyShock[];
  /** How many ask, each for everything at once. */
  readonly askers: number;
  /** Milliseconds in which nothing happens after each shock. */
  readonly calmMs: number;
  /** The leader of this stream is struck each time; those of all streams in their turn unless given. */
  readonly stream?: string;
  /** This nats-server, instead of the one that Trellis would use. */
  readonly binary?: string;
  /** Has no more strike. */
  readonly signal?: AbortSignal;
  /** Is told how far it is. */
  readonly say?: (line: string) => void;
}

/** What has become of it. */
export interface ClusterChaosReport {
  readonly faults: Found & {
    /** Of writes, and of what is read when it is over. */
    readonly violations: readonly Violation[];
    /** Kinds of which a request was never answered. */
    readonly hung: readonly Kind[];
    /** Failures that programs cannot tell apart. */
    readonly uncoded: readonly string[];
    /** Waits that have ended before their time, for a reason that passes. */
    readonly early: readonly string[];
    /** What the control planes did not expect. */
    readonly unexpected: readonly string[];
  };
  /** Of files that were gone on with: what had arrived, and was sent again. */
  readonly sentAgain: readonly string[];
  /** What failed although nothing was struck while it was asked. */
  readonly calmFailures: readonly Failure[];
  /** Keys of which something older was read than was there: of a leader that was cut off or stood still. */
  readonly staleReads: readonly string[];
  /** How often the rights of the clients were changed, so that their connections were replaced. */
  readonly rightsChanged: number;
  readonly kinds: Readonly<Record<string, KindReport>>;
}

/** What is said of one kind of request. */
export interface KindReport {
  readonly done: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly longestMs: number;
  /** The longest time without one that was done, in milliseconds, after each shock of a kind. */
  readonly gapsMs: Readonly<Partial<Record<AnyShock, readonly number[]>>>;
}

/** Runs it on a cluster of its own. */
export async function runClusterChaos(options: ClusterChaosOptions): Promise<ClusterChaosReport> {
  const { isSecured, shocks, askers: count, calmMs, binary, say } = options;
  await using opened = new AsyncDisposableStack();
  const ground = opened.use(
    await Ground.prepare(shocks.filter((shock) => !isProcessShock(shock)), { binary }),
  );
  const trellis = opened.use(await TrellisCluster.start({ isSecured, ...ground.settings }));
  const { cluster } = trellis;
  const handled = {
    event: new Set<string>(),
    transact: new Set<string>(),
    job: new Set<string>(),
    "kept job": new Set<string>(),
    operation: new Set<string>(),
  };
  const instance = opened.use(await YardInstance.start(await trellis.service(0), handled));
  const askers: Asker[] = [];
  for (let n = 0; n < count; n++) askers.push(await openAsker(trellis, n, handled, opened));
  const [asker] = askers;
  if (asker === undefined) throw new RangeError("nobody asks");
  const streams = (await cluster.streams()).filter(({ config }) => config.num_replicas === 3)
    .map(({ config }) => config.name);
  const load = opened.use(new Load(trellis, askers, "x"));
  const struck: Struck[] = [];
  await pause(calmMs);
  for (const [n, shock] of shocks.entries()) {
    const stream = options.stream ?? streams[n % streams.length] ?? "";
    if (options.signal?.aborted) break;
    const at = performance.now();
    const { currentMs } = isProcessShock(shock)
      ? await strikeProcess({ trellis, instance }, shock)
      : await strike({ cluster, ground }, shock, stream);
    struck.push({ shock, at, settled: performance.now() });
    await pause(calmMs);
    say?.(`${n + 1} of ${shocks.length}: ${shock} ${stream}, all current after ${currentMs} ms`);
  }
  const endedAt = performance.now();
  const hung = await load.stop();
  const found = await findLost(trellis, load, asker, { handled, instance });
  const { history, tallies: { of, failures, uncoded }, sentAgain, early, rightsChanged } = load;
  const written = history.filter(({ action, began }) => action.kind !== "read" || began > endedAt);
  const until = (n: number) => struck[n + 1]?.at ?? endedAt;
  return {
    faults: {
      ...found,
      violations: violations(written),
      hung,
      uncoded,
      early,
      unexpected: trellis.controls.flatMap(({ said }) =>
        said.split("\n").filter((line) => line.includes("unexpected:"))
      ),
    },
    sentAgain,
    calmFailures: failures.filter(({ began, ended }) =>
      struck.some(({ settled }, n) => began > settled && ended < until(n))
    ),
    staleReads: violations(history).map(({ key }) => key),
    rightsChanged,
    kinds: Object.fromEntries(KINDS.map((kind) => {
      const { doneAt, failed, longestMs } = of[kind];
      const gapsMs = Map.groupBy(
        struck.map(({ shock, at }, n) => ({ shock, gap: longestGap(doneAt, at, until(n)) })),
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
    })),
  };
}

/** What of a report is a fault; empty where nothing is. */
export function faultsOf(
  { faults: { lost, followed, ...others } }: ClusterChaosReport,
): Readonly<Record<string, unknown>> {
  const all = [
    ...Object.entries(others),
    ...Object.entries(lost).map(([kind, keys]) => [`lost ${kind}`, keys] as const),
    ...followed.flatMap((faults, n) =>
      Object.entries(faults).map(([what, keys]) => [`follower ${n} ${what}`, keys] as const)
    ),
  ];
  return Object.fromEntries(all.filter(([, found]) => found.length > 0));
}

/** A shock, when it began, and when all that it had ended ran again. */
interface Struck {
  readonly shock: AnyShock;
  readonly at: number;
  readonly settled: number;
}

function isProcessShock(shock: AnyShock): shock is ProcessShock {
  return PROCESS_SHOCKS.some((other) => other === shock);
}

async function openAsker(
  trellis: TrellisCluster,
  n: number,
  handled: Handled,
  opened: AsyncDisposableStack,
): Promise<Asker> {
  const settings = { log: SILENT, waitMs: 30_000 };
  const service = opened.use(
    await TrellisService
      .connect({ contract: yard, ...await trellis.service(n), ...settings }).orThrow(),
  );
  await service.serve(yardHandlers(handled));
  const client = opened.use(
    await TrellisClient
      .connect({ contract: visitor, ...await trellis.client(n), waitMs: settings.waitMs })
      .orThrow(),
  );
  return { service, client, files: await service.store.files.open().orThrow() };
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
