import { assert, assertEquals } from "@std/assert";
import { boundBuckets } from "../../reconcile/records/known_buckets.ts";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { RESOURCE_KINDS, type ResourceKind } from "../../reconcile/resources/kinds.ts";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { propose } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { recordWrites } from "../support/nats/deployment_facts.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { type AroundWrite, KillAt, SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const NAMES = ["a", "b", "c"];
const STEPS = 12;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 83, 91, 226, 283];

/** What there is of one kind of resource, past everything that Trellis does. */
interface Marked {
  readonly kind: ResourceKind;
  /** How many there are. */
  count(): Promise<number>;
  aliasOf(name: string): Promise<string | undefined>;
  read(name: string): Promise<string>;
  write(name: string, mark: string): Promise<void>;
}

function markedOf(kind: ResourceKind, connection: StageConnection): Marked {
  const raw = new RawBuckets(connection);
  const store = (name: string) => new RawStore(connection, name);
  if (kind === "kv") {
    return {
      kind,
      count: async () => (await raw.names()).length,
      aliasOf: async (name) => (await raw.config(name)).metadata?.["trellis.alias"],
      read: async (name) => await raw.get(name, "mark") ?? "",
      write: (name, mark) => raw.put(name, "mark", mark),
    };
  }
  return {
    kind,
    // Neither a stream without the other.
    count: async () => Math.max((await raw.stores()).length, (await raw.names()).length),
    aliasOf: async (name) => (await store(name).state()).owner?.alias,
    read: async (name) => (await store(name).entry("mark"))?.digest ?? "",
    write: (name, digest) => store(name).setEntry("mark", JSON.stringify({ digest })),
  };
}

type StageConnection = ConstructorParameters<typeof RawBuckets>[0];

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What an alias asks for, of either kind. */
interface Settings {
  readonly limit?: number;
  readonly renamedFrom?: string;
}

/** Which data each alias should have: a mark that was written when its bucket was new. */
class Model {
  readonly live = new Map<string, string>();
  /** Marks of retired data by alias, the latest last. */
  readonly retired = new Map<string, string[]>();

  retire(alias: string): void {
    const mark = this.live.get(alias);
    this.live.delete(alias);
    if (mark !== undefined) this.retired.set(alias, [...this.retired.get(alias) ?? [], mark]);
  }
}

for (const [kind, seed] of RESOURCE_KINDS.flatMap((kind) => SEEDS.map((s) => [kind, s] as const))) {
  Deno.test(`whatever is accepted, and whichever process is killed meanwhile, each alias has its data (${kind}, ${seed})`, async () => {
    await using server = await TrellisServer.start();
    const random = randomOf(seed);
    const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)];
    const { connection } = await server.connect();
    const authority = await server.authority();
    const marked = markedOf(kind, connection);
    const manager = await managerOf(connection);
    const model = new Model();
    const reconcile = async (around?: AroundWrite) => {
      const ports = new SteppedPorts(authority.store, manager, around);
      const sources = { now: () => new Date().toISOString(), id: () => "" };
      return (await reconcileDeployment("d", ports.store, ports.buckets, sources)).orThrow();
    };
    let settings: Record<string, Settings> = {};
    let marks = 0;
    const log: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      const free = NAMES.filter((name) => !model.live.has(name));
      const taken = NAMES.filter((name) => model.live.has(name));
      const next: Record<string, Settings> = {};
      for (const alias of taken) next[alias] = { limit: settings[alias]?.limit ?? 1 };
      const deleteData: string[] = [];
      const what = pick(["add", "remove", "rename", "delete", "rename, and add", "change"]);
      const [from, to] = [pick(taken), pick(free)];
      if ((what === "rename" || what === "rename, and add") && from && to) {
        next[to] = { ...next[from], renamedFrom: from };
        delete next[from];
        model.live.set(to, model.live.get(from) ?? "");
        model.live.delete(from);
      } else if ((what === "remove" || what === "delete") && from) {
        // What is removed has to have been there under that name.
        await reconcile();
        delete next[from];
        if (what === "delete") {
          // What the alias left earlier is not what the plan speaks of, and stays.
          deleteData.push(`${kind}/${from}`);
          model.live.delete(from);
        } else model.retire(from);
      } else if (what === "change" && from) {
        next[from] = { ...next[from], limit: 1 + Math.floor(random() * 9) };
      } else if (to) {
        next[to] = {};
        model.live.set(to, model.retired.get(to)?.pop() ?? "");
      }
      log.push(`${what} ${from} ${to}`);
      settings = next;
      if (!await acceptNext(authority, kind, next, deleteData)) continue;
      // A rename may be followed by another before anybody reconciles.
      if (what === "rename" && from && to && random() < 0.4) continue;
      const at = Math.ceil(random() * 5);
      const kill = new KillAt(at, random() < 0.5 ? "before" : "after");
      await Promise.allSettled([
        kill.death(reconcile(kill.around)),
        random() < 0.5 ? reconcile() : Promise.resolve(),
      ]);
      const { materialized, record } = await reconcile();
      const where = log.join("; ");
      assertEquals(materialized?.problems, [], where);
      const bound = boundBuckets(kind, record);
      assertEquals([...bound.keys()].sort(), Object.keys(next).sort(), where);
      for (const { alias, name } of bound.values()) {
        assertEquals(await marked.read(name), model.live.get(alias), where);
        assertEquals(await marked.aliasOf(name), alias, where);
        if (model.live.get(alias) !== "") continue;
        model.live.set(alias, `mark ${++marks}`);
        await marked.write(name, `mark ${marks}`);
      }
      const kept = [...model.retired.values()].flat().sort();
      const found = await Promise.all(record.retired.map(({ name }) => marked.read(name)));
      assertEquals(found.sort(), kept, where);
      const buckets = Object.keys(next).length + record.retired.length;
      assertEquals(await marked.count(), buckets, where);
      const writes = await recordWrites(connection);
      assertEquals((await reconcile()).actions, [], where);
      assertEquals(await recordWrites(connection), writes, where);
    }
    assert(marks > 0);
  });
}

/** Accepts what a contract asks for; false when it asks for nothing new. */
async function acceptNext(
  authority: Awaited<ReturnType<TrellisServer["authority"]>>,
  kind: ResourceKind,
  aliases: Record<string, Settings>,
  deleteData: readonly string[],
): Promise<boolean> {
  const kv = Object.fromEntries(
    Object.entries(aliases).map(([alias, { limit, ...rest }]) => [
      alias,
      limit === undefined ? rest : { ...rest, history: limit },
    ]),
  );
  const store = Object.fromEntries(
    Object.entries(aliases).map(([alias, { limit = 1, ...rest }]) => [
      alias,
      { ...rest, ttlMs: limit * 3_600_000, maxObjectBytes: limit * 1000 },
    ]),
  );
  const contract = kind === "kv"
    ? kvContract(kv, { id: "d@v1" })
    : kvContract({}, { id: "d@v1", store });
  const proposed = await propose(authority, contract).catch(() => undefined);
  if (proposed === undefined) return false;
  const { plan } = proposed;
  const decided = await authority.decide("d", plan.id, {
    verb: plan.kind === "update" ? "accept-update" : "accept-migration",
    by: "test",
    acknowledgement: "understood",
    ...(deleteData.length === 0 ? {} : { deleteData }),
  });
  decided.orThrow();
  return true;
}
