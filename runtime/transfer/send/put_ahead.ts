import { isErr } from "../../../contracts/result.ts";
import { parseSentChunk, sentChunk } from "../../../contracts/stored/transfer_names.ts";
import type { LastMessages } from "../../nats/jetstream/last_messages.ts";
import { pause } from "../../nats/pause.ts";
import { storeError } from "../../store/store_problem.ts";
import { TypedStore } from "../../store/typed_store.ts";
import type { CommittedFile } from "./put_together.ts";
import { chunksAtOnce } from "./read_chunks.ts";
import type { FileCommit } from "./send_terms.ts";

/** Milliseconds between two looks whether a chunk is there: soon behind one that came, then less and less often. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 16;

/** How long a sender is waited for by the worker that stores what comes. */
export interface SenderPatience {
  /** Milliseconds that may be spent on waiting: a slow sender has no worker wait for it. */
  readonly waitMs: number;
  /** Who sends so many bytes in a second is not slow: what comes adds to those milliseconds. */
  readonly bytesPerSecond: number;
}

/** A file that is on its way. */
export interface FileOnItsWay extends Omit<CommittedFile, "commit"> {
  readonly patience: SenderPatience;
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
    followChunks(file, await place.chunkBytes(), await place.mostChunks()),
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
  chunkBytes: number,
  most: number,
): AsyncGenerator<Uint8Array, void> {
  const { place: { staged }, id, committed } = file;
  const patience = new Patience(file.patience, file.signal);
  const caller = await firstCaller(file, patience);
  const length = chunksAtOnce(chunkBytes);
  const subjectsFrom = (from: number) =>
    Array.from({ length }, (_, i) => sentChunk(staged.surface, caller, id, from + i));
  let next = 0;
  let bytes = 0;
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
      patience.earn(chunk.length);
      yield chunk;
      file.stored(bytes += chunk.length);
    }
  }
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
  { place, id, owner, committed }: FileOnItsWay,
  patience: Patience,
): Promise<string> {
  for (;;) {
    const sent = (await place.sent(id, owner)).take();
    const [subject] = isErr(sent) ? [] : sent.get(0) ?? [];
    const first = subject === undefined ? undefined : parseSentChunk(place.staged.surface, subject);
    if (first !== undefined) return first.caller;
    if (isErr(sent) || committed() !== undefined) throw new NotAhead();
    await patience.wait();
  }
}

/** How long chunks are waited for. */
class Patience {
  readonly #terms: SenderPatience;
  readonly #signal: AbortSignal;
  #left: number;
  #lookMs = FIRST_LOOK_MS;

  constructor(terms: SenderPatience, signal: AbortSignal) {
    this.#terms = terms;
    this.#signal = signal;
    this.#left = terms.waitMs;
  }

  /** Waits a little; throws when that was too much. */
  async wait(): Promise<void> {
    const began = performance.now();
    if (this.#left <= 0 || !await pause(this.#lookMs, this.#signal)) throw new NotAhead();
    this.#lookMs = Math.min(2 * this.#lookMs, LAST_LOOK_MS);
    this.#left -= performance.now() - began;
  }

  /** Bytes have come. */
  earn(bytes: number): void {
    const { waitMs, bytesPerSecond } = this.#terms;
    this.#lookMs = FIRST_LOOK_MS;
    this.#left = Math.min(waitMs, this.#left + bytes / bytesPerSecond * 1000);
  }
}
