import { isErr } from "../../../contracts/result.ts";
import { parseSentChunk, sentChunk } from "../../../contracts/stored/transfer_names.ts";
import type { LastMessages } from "../../nats/jetstream/last_messages.ts";
import { pause } from "../../nats/pause.ts";
import { storeError } from "../../store/store_problem.ts";
import { TypedStore } from "../../store/typed_store.ts";
import type { CommittedFile } from "./put_together.ts";
import type { SendPlace } from "./send_place.ts";
import type { FileCommit } from "./send_terms.ts";

/** Chunks that are asked for at once. */
const AHEAD = 4;
/** Milliseconds between two looks whether a chunk is there. */
const LOOK_MS = 5;
/** Milliseconds that may be spent on waiting for chunks: a slow sender has no worker wait for it. */
const WAIT_MS = 500;
/** Milliseconds that each chunk which comes adds to those that were spent: who sends 10 MiB in a second is not slow. */
const EARNED_MS = 25;

/** A file that is on its way. */
export interface FileOnItsWay extends Omit<CommittedFile, "commit" | "stored"> {
  /** What its sender says of it; undefined while it does not. */
  readonly committed: () => FileCommit | undefined;
}

/** Thrown out of the reading of a file that is to be put together when all of it is there. */
class NotAhead extends Error {
  override readonly name = "NotAhead";
}

/**
 * Has the store write a file while it is being sent, which takes half of the time. Answers what its sender has said of it,
 * when it is stored. Undefined when nothing was: it comes too slowly, or something is wrong with it, and it is to be put
 * together when all of it is there.
 */
export async function putAhead(file: FileOnItsWay): Promise<FileCommit | undefined> {
  const { place, id, info, signal, committed } = file;
  const opened = (await place.store.open()).take();
  if (isErr(opened)) return undefined;
  const put = await TypedStore.putChecked(
    TypedStore.causedBy(opened, `op:${id}`),
    info.key,
    followChunks(file, await mostChunks(place)),
    { signal, ...(info.contentType === undefined ? {} : { contentType: info.contentType }) },
    ({ size, digest }) => {
      const said = committed();
      if (size === said?.size && digest === said.digest) return undefined;
      const context = { resource: "a file that is sent", doing: "checking" };
      return storeError({ reason: "invalid_body", what: "it is not what was said" }, context);
    },
  );
  return put.isOk() ? committed() : undefined;
}

/** The chunks as they come, until as many have come as were committed. */
async function* followChunks(
  file: FileOnItsWay,
  most: number,
): AsyncGenerator<Uint8Array, void> {
  const { place: { staged }, id, committed } = file;
  const patience = new Patience(file.signal);
  const caller = await firstCaller(file, patience);
  const subjectsFrom = (from: number) =>
    Array.from({ length: AHEAD }, (_, i) => sentChunk(staged.surface, caller, id, from + i));
  let next = 0;
  let asked = staged.read(subjectsFrom(next));
  while (next !== committed()?.chunks) {
    const found = (await asked).take();
    if (isErr(found)) throw new NotAhead();
    const chunks = inOrder(found, subjectsFrom(next));
    if (chunks.length === 0) await patience.wait();
    next += chunks.length;
    if (next > most) throw new NotAhead();
    // While these are stored.
    asked = staged.read(subjectsFrom(next));
    for (const chunk of chunks) {
      patience.earn();
      yield chunk;
    }
  }
}

/** How many chunks a file may have. */
async function mostChunks(place: SendPlace): Promise<number> {
  return Math.ceil((await place.maxBytes() ?? Infinity) / await place.chunkBytes());
}

/** The chunks that there are up to the first that is missing. */
function inOrder(found: LastMessages, subjects: readonly string[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (const subject of subjects) {
    const message = found.get(subject);
    if (message === undefined) break;
    chunks.push(message.data);
  }
  return chunks;
}

/** How the session is written that sends the file. */
async function firstCaller(
  { place: { staged }, id, owner, committed }: FileOnItsWay,
  patience: Patience,
): Promise<string> {
  for (;;) {
    const sent = (await staged.find(id, owner)).take();
    const [subject] = isErr(sent) ? [] : sent.get(0) ?? [];
    const first = subject === undefined ? undefined : parseSentChunk(staged.surface, subject);
    if (first !== undefined) return first.caller;
    if (isErr(sent) || committed() !== undefined) throw new NotAhead();
    await patience.wait();
  }
}

/** How long chunks are waited for. */
class Patience {
  readonly #signal: AbortSignal;
  #left = WAIT_MS;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Waits a little; throws when that was too much. */
  async wait(): Promise<void> {
    const began = performance.now();
    if (this.#left <= 0 || !await pause(LOOK_MS, this.#signal)) throw new NotAhead();
    this.#left -= performance.now() - began;
  }

  /** A chunk has come. */
  earn(): void {
    this.#left = Math.min(WAIT_MS, this.#left + EARNED_MS);
  }
}
