import { isRecord } from "../../../contracts/json/json.ts";
import { Steps } from "../../consume/steps.ts";
import { ComingFile } from "../../transfer/send/coming_file.ts";
import type { SenderPatience } from "../../transfer/send/put_ahead.ts";
import { COMMIT_SIGNAL, type FileCommit } from "../../transfer/send/send_terms.ts";
import type { SentFile } from "../../transfer/send/send_types.ts";
import { expiryOf } from "./chunk_need.ts";
import type { OperationWaits, WaitParts } from "./operation_waits.ts";

/** The one worker that there is has others to work for. */
const ALONE: SenderPatience = { waitMs: 200, bytesPerSecond: 100 << 20 };
const BESIDE_OTHERS: SenderPatience = { waitMs: 500, bytesPerSecond: 10 << 20 };

/** The file that comes with an operation which is worked on; undefined where the service takes none. */
export function comingFile(
  { place, held, steps }: WaitParts,
  waits: OperationWaits,
  info: SentFile["info"],
  signal: AbortSignal,
): SentFile | undefined {
  const { file, queue, now } = place;
  if (file === undefined) return undefined;
  const { id, owner } = held.record;
  const expiry = expiryOf(place, file, held.record);
  const isAlone = (place.declaration.work?.concurrency ?? 1) === 1;
  const kept = new Steps(steps, "operation", queue.owner.queue, id, "transfer");
  return new ComingFile({
    place: file,
    id,
    owner,
    info,
    signal,
    now,
    isCancelled: () => held.isCancelling,
    known: () => held.record.transfer,
    report: (transfer) => held.update({ transfer }),
    firstCommit: (ends) => firstCommit(waits, ends),
    patience: isAlone ? ALONE : BESIDE_OTHERS,
    nextCommit: async () => (await waits.signalBy(COMMIT_SIGNAL, expiry)).map(commitOf),
    once: (run) => kept.once("stored", run),
  });
}

async function firstCommit(
  waits: OperationWaits,
  ends: AbortSignal,
): Promise<FileCommit | undefined> {
  const input = await waits.comes(COMMIT_SIGNAL, ends);
  return input === undefined ? undefined : commitOf(input);
}

/** It was checked before it was stored; what is none is of no size that a file can have. */
function commitOf(input: unknown): FileCommit {
  const { size, digest, chunks } = isRecord(input) ? input : {};
  return { size: Number(size ?? -1), digest: String(digest), chunks: Number(chunks ?? -1) };
}
