import { isErr, type Result } from "../../../contracts/result.ts";
import {
  parseSentChunk,
  sentChunks,
  sentSubjects,
} from "../../../contracts/stored/transfer_names.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import type { ComingChunks } from "./fair_room.ts";
import { isOwner, type StagedChunks } from "./staged_chunks.ts";

/** Operations that are looked for at once. */
const WIDTH = 16;

/** Whether chunks of an operation are still needed. */
export type ChunkNeed =
  /** It waits for a file that sessions of this owner send, since a time: ISO 8601 in UTC. */
  | { readonly owner: string; readonly since: string }
  /** Nothing needs them. */
  | "none"
  /** That cannot be said at the moment. */
  | "unknown";

/** A file that an operation waits for. */
export interface WaitingFile extends ComingChunks {
  /** Removes what has come of it. */
  remove(): Promise<Result<void, ApiFailure>>;
}

/**
 * Removes the chunks that belong to no operation which waits for them: anybody who may send files may send what nobody has
 * asked for, and operations end without their files. Answers what else there is.
 *
 * @param most chunks that a file may have
 */
export async function sweepChunks(
  staged: StagedChunks,
  needOf: (operation: string) => Promise<ChunkNeed>,
  most: number,
): Promise<readonly WaitingFile[]> {
  const subjects = (await staged.subjects(sentSubjects(staged.surface))).take();
  if (isErr(subjects)) return [];
  const callers = new Map<string, Map<string, Sent>>();
  for (const subject of subjects) {
    const chunk = parseSentChunk(staged.surface, subject);
    if (chunk === undefined) continue;
    const { operation, caller, number } = chunk;
    const known = callers.get(operation) ?? new Map<string, Sent>();
    const { isFile, chunks } = known.get(caller) ?? { isFile: true, chunks: 0 };
    const isPart = number !== undefined && number < most;
    callers.set(operation, known.set(caller, { isFile: isFile && isPart, chunks: chunks + 1 }));
  }
  const left = [...callers];
  const waiting: WaitingFile[] = [];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [operation, senders] = next;
      const need = await needOf(operation);
      if (need === "unknown") continue;
      const remove = () => staged.remove(sentChunks(staged.surface, operation));
      if (need === "none") {
        await remove();
        continue;
      }
      let chunks = 0;
      for (const [caller, sent] of senders) {
        if (sent.isFile && isOwner(caller, need.owner)) chunks += sent.chunks;
        else await staged.removeOf(caller, operation);
      }
      if (chunks > 0) waiting.push({ ...need, chunks, remove });
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  return waiting;
}

/** What one caller has sent for an operation. */
interface Sent {
  /** Whether all of it may be parts of a file. */
  readonly isFile: boolean;
  readonly chunks: number;
}
