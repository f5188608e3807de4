/** Looks, when the load is over, for what was acknowledged and is not there. */
import { isErr } from "../../../mod.ts";
import { until } from "../until.ts";
import { contestedBucket, contestedState, readLast } from "./contested.ts";
import type { FollowFaults } from "./follower.ts";
import { type Asker, type Load, STORED_BYTES } from "./load.ts";
import { isFile } from "./sent_files.ts";
import type { TrellisCluster } from "./trellis_cluster.ts";
import { WORKED } from "./yard.ts";
import type { YardInstance } from "./yard_instance.ts";

/** What is wrong with what is there. */
export interface Found {
  /** Acknowledged, and gone or never worked on: by kind. */
  readonly lost: Readonly<Record<string, readonly string[]>>;
  /** Two acknowledgements of one bucket have named the same revision. */
  readonly sameRevision: readonly string[];
  /** Of each follower. */
  readonly followed: readonly FollowFaults[];
}

/** What handlers were given. */
export type HandledKeys = Readonly<Record<typeof WORKED[number], ReadonlySet<string>>>;

/** How long it may take until all that was accepted is worked on and told, in milliseconds. */
const WORKED_MS = 120_000;

/** Finds it, and adds to the load's history what contested keys hold in the end. */
export async function findLost(
  { cluster }: TrellisCluster,
  load: Load,
  { service, client, files }: Asker,
  { handled, instance }: { readonly handled: HandledKeys; readonly instance: YardInstance },
): Promise<Found> {
  const { tallies: { of: tallies }, history, followers } = load;
  const left = () => {
    instance.note();
    return Object.fromEntries(WORKED.map((kind) => {
      return [
        kind,
        [...tallies[kind].acknowledged.keys()].filter((key) => !handled[kind].has(key)),
      ];
    }));
  };
  const isDone = () =>
    Object.values(left()).every((keys) => keys.length === 0) &&
    followers.every((follower) => follower.hasSeen(tallies.create.acknowledged.keys()));
  await until(isDone, "all is worked on", WORKED_MS).catch(() => {});
  const lost: Record<string, readonly string[]> = left();
  lost.event = await Promise.all((lost.event ?? []).map(async (key) => {
    const query = JSON.stringify({ last_by_subj: `events.v1.Piece.Moved.${key}` });
    const found = await cluster.ask("$JS.API.STREAM.MSG.GET.trellis_events", query);
    return `${key}: ${found?.error === undefined ? "stored, and not handled" : "gone"}`;
  }));
  const followed = await Promise.all(
    followers.map((follower) => follower.stop(tallies.create.acknowledged)),
  );
  await readLast(contestedBucket(service), history);
  await readLast(contestedState(client), history);
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
  const put = new Map([...tallies["store put"].acknowledged.keys()].map((key) => [key, undefined]));
  lost["store put"] = await lostFiles(files, put, STORED_BYTES);
  const sent = await service.store.sent.open().orThrow();
  lost.upload = await lostFiles(sent, withPrefix("u", tallies.upload.acknowledged));
  lost["resumed upload"] = await lostFiles(
    sent,
    withPrefix("r", tallies["resumed upload"].acknowledged),
  );
  return { lost, sameRevision, followed };
}

/** Of these keys those whose files are not what was sent, or have another digest than was answered. */
async function lostFiles(
  store: Asker["files"],
  digests: ReadonlyMap<string, string | undefined>,
  size?: number,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const [key, digest] of digests) {
    const entry = (await store.get(key)).take();
    const bytes = isErr(entry) ? entry : (await entry.bytes()).take();
    if (isErr(bytes)) lost.push(`${key}: ${bytes.error.message}`);
    else if (!isFile(key, bytes, size)) lost.push(`${key}: other bytes`);
    else if (!isErr(entry) && digest !== undefined && entry.info.digest !== digest) {
      lost.push(`${key}: ${entry.info.digest}, and was acknowledged as ${digest}`);
    }
  }
  return lost;
}

function withPrefix(prefix: string, all: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...all].map(([key, value]) => [`${prefix}${key}`, value]));
}
