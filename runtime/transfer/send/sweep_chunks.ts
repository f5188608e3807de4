import { isErr } from "../../../contracts/result.ts";
import {
  parseSentChunk,
  sentChunks,
  sentSubjects,
} from "../../../contracts/stored/transfer_names.ts";
import { isOwner, type StagedChunks } from "./staged_chunks.ts";

/** Operations that are looked for at once. */
const WIDTH = 16;

/** Whether chunks of an operation are still needed. */
export type ChunkNeed =
  /** It waits for a file that sessions of this owner send. */
  | { readonly owner: string }
  /** Nothing needs them. */
  | "none"
  /** That cannot be said at the moment. */
  | "unknown";

/**
 * Removes the chunks that belong to no operation which waits for them: anybody who may send files may send what nobody has
 * asked for, and operations end without their files.
 *
 * @param most chunks that a file may have
 */
export async function sweepChunks(
  staged: StagedChunks,
  needOf: (operation: string) => Promise<ChunkNeed>,
  most: number,
): Promise<void> {
  const subjects = (await staged.subjects(sentSubjects(staged.surface))).take();
  if (isErr(subjects)) return;
  const callers = new Map<string, Map<string, boolean>>();
  for (const subject of subjects) {
    const chunk = parseSentChunk(staged.surface, subject);
    if (chunk === undefined) continue;
    const { operation, caller, number } = chunk;
    const known = callers.get(operation) ?? new Map<string, boolean>();
    const isPart = number !== undefined && number < most;
    callers.set(operation, known.set(caller, isPart && known.get(caller) !== false));
  }
  const left = [...callers];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [operation, senders] = next;
      const need = await needOf(operation);
      if (need === "unknown") continue;
      if (need === "none") {
        await staged.remove(sentChunks(staged.surface, operation));
        continue;
      }
      for (const [caller, isFile] of senders) {
        if (!isFile || !isOwner(caller, need.owner)) await staged.removeOf(caller, operation);
      }
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}
