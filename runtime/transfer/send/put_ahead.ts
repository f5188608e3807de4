import { isErr } from "../../../contracts/result.ts";
import { doneWithin } from "../../nats/done_within.ts";
import { storeError } from "../../store/store_problem.ts";
import { TypedStore } from "../../store/typed_store.ts";
import { FollowedChunks } from "./followed_chunks.ts";
import type { CommittedFile } from "./put_together.ts";
import type { FileCommit } from "./send_terms.ts";

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
  /** Resolves when it has said so. */
  readonly commitment: Promise<unknown>;
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
    followChunks(file, await place.mostChunks()),
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
async function* followChunks(file: FileOnItsWay, most: number): AsyncGenerator<Uint8Array, void> {
  const { place: { staged }, id, owner, signal, committed, commitment } = file;
  const patience = new Patience(file.patience);
  using coming = new FollowedChunks(staged, id, owner);
  const wake = () => coming.wake();
  signal.addEventListener("abort", wake, { once: true });
  commitment.then(wake);
  try {
    for (let bytes = 0; coming.taken !== committed()?.chunks;) {
      if (signal.aborted || coming.taken > most) throw new NotAhead();
      const chunk = coming.take();
      if (chunk === undefined) {
        if (coming.isRunning) await patience.wait(coming);
        else if ((await coming.begin()).isErr()) throw new NotAhead();
        continue;
      }
      patience.earn(chunk.length);
      yield chunk;
      file.stored(bytes += chunk.length);
    }
  } finally {
    signal.removeEventListener("abort", wake);
  }
}

/** How long chunks are waited for. */
class Patience {
  readonly #terms: SenderPatience;
  #left: number;

  constructor(terms: SenderPatience) {
    this.#terms = terms;
    this.#left = terms.waitMs;
  }

  /** Waits for something to happen; throws when that was too much. */
  async wait(coming: FollowedChunks): Promise<void> {
    const began = performance.now();
    const isSoon = this.#left > 0 && await doneWithin(coming.something(), this.#left);
    if (!isSoon) throw new NotAhead();
    this.#left -= performance.now() - began;
  }

  /** Bytes have come. */
  earn(bytes: number): void {
    const { waitMs, bytesPerSecond } = this.#terms;
    this.#left = Math.min(waitMs, this.#left + bytes / bytesPerSecond * 1000);
  }
}
