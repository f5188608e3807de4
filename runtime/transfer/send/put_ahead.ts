import { isErr } from "../../../contracts/result.ts";
import { parseSentChunk, sentChunk } from "../../../contracts/stored/transfer_names.ts";
import { pause } from "../../nats/pause.ts";
import { storeError } from "../../store/store_problem.ts";
import { TypedStore } from "../../store/typed_store.ts";
import type { CommittedFile } from "./put_together.ts";
import { asHashed } from "./read_chunks.ts";
import type { FileCommit } from "./send_terms.ts";

/** Chunks that are asked for at once while they come faster than they are stored. */
const AHEAD = 8;
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
    followChunks(file, await place.maxBytes() ?? Infinity),
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
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const { place: { staged, chunkBytes }, id, committed } = file;
  const patience = new Patience(file.signal);
  const caller = await firstCaller(file, patience);
  const ahead: ReturnType<typeof staged.read>[] = [];
  for (let given = 0; given !== committed()?.chunks;) {
    if (given * chunkBytes > maxBytes) throw new NotAhead();
    ahead[0] ??= staged.read(sentChunk(staged.surface, caller, id, given));
    const message = (await ahead.shift()!).take();
    if (isErr(message)) throw new NotAhead();
    if (message === undefined) {
      // What comes after it is not there either.
      ahead.length = 0;
      await patience.wait();
      continue;
    }
    if (!await asHashed(message)) throw new NotAhead();
    given++;
    patience.earn();
    while (ahead.length < AHEAD) {
      ahead.push(staged.read(sentChunk(staged.surface, caller, id, given + ahead.length)));
    }
    yield message.data;
  }
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
