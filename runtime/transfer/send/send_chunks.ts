import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { objectDigest } from "../../../contracts/stored/object_digest.ts";
import { DIGEST_SO_FAR_HEADER, sentChunk } from "../../../contracts/stored/transfer_names.ts";
import { currentHost } from "../../host/host.ts";
import { Backoff } from "../../nats/backoff.ts";
import { type ApiFailure, lostRace, readPublishAck } from "../../nats/jetstream/api_answer.ts";
import { apiErrorKind } from "../../nats/jetstream/api_code.ts";
import { failureRule } from "../../nats/jetstream/failure_rule.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { EXPECTED_SEQUENCE_HEADER } from "../../nats/jetstream/publish_headers.ts";
import { digestSoFar } from "./digest_so_far.ts";
import { changedFile } from "./changed_file.ts";
import { FileSource, sizeOf } from "./file_source.ts";
import type { FileCommit, SendTerms } from "./send_terms.ts";
import type { SendOptions } from "./send_types.ts";

/** Chunks on their way without an acknowledgement. */
const WINDOW = 16;
/** How long one attempt waits for its acknowledgement, in milliseconds. */
const ATTEMPT_MS = 5000;
/** Milliseconds for which nothing arrives, or there is no room, until it is given up. */
export const PATIENCE_MS = 60_000;
/** Milliseconds between two times that the service is told of it. */
const BUSY_MS = 2000;

/** What chunks are sent by. */
export interface ChunkPath {
  readonly requests: JetStreamRequests;
  /** The subject of the operation. */
  readonly surface: string;
  /** How this session is written in subjects. */
  readonly caller: string;
  /** Is called while there is no room, so that the service looks for some. */
  readonly busy: () => void;
}

/** One file on its way. */
export interface FileToSend extends SendOptions {
  /** Id of the operation. */
  readonly id: string;
  readonly terms: SendTerms;
  readonly signal: AbortSignal;
}

/**
 * Sends the chunks of a file that are not there, many at a time, and answers what there is to commit. The server stores
 * each once, however often it comes, so whatever was not acknowledged is sent again.
 */
export async function sendChunks(
  path: ChunkPath,
  file: FileToSend,
): Promise<Result<FileCommit, TransferError>> {
  const { body, terms, id, signal } = file;
  const source = FileSource.open(body, terms, id, signal).take();
  if (isErr(source)) return source;
  try {
    return await new ChunkWindow(path, file).send(source);
  } finally {
    source.close();
  }
}

/** The chunks of one file that are on their way. */
class ChunkWindow {
  readonly #path: ChunkPath;
  readonly #file: FileToSend;
  readonly #isThere: (number: number) => boolean;
  readonly #waiting = new Set<Promise<void>>();
  #failure: TransferError | undefined;
  /** By what is told how far it is. */
  #thrown: { readonly cause: unknown } | undefined;
  #heardAt = performance.now();
  #busyAt = -Infinity;
  #sent = 0;
  #there = 0;

  constructor(path: ChunkPath, file: FileToSend) {
    this.#path = path;
    this.#file = file;
    this.#isThere = thereIn(file.terms);
  }

  async send(source: FileSource): Promise<Result<FileCommit, TransferError>> {
    const hash = await currentHost().newSha256();
    let size = 0, chunks = 0;
    this.#arrived(0);
    while (this.#failure === undefined) {
      const chunk = (await source.next()).take();
      if (isErr(chunk)) this.#failure ??= chunk.error;
      if (isErr(chunk) || chunk === undefined) break;
      const number = chunks++;
      size += chunk.length;
      hash.update(chunk);
      const soFar = digestSoFar(hash);
      if (this.#isThere(number)) {
        if (this.#isOther(number, soFar)) {
          this.#failure ??= changedFile(this.#file.id);
          break;
        }
        this.#there += chunk.length;
        this.#arrived(chunk.length);
      } else await this.#add(number, chunk, soFar);
    }
    // What was published before is decided first, also where something has failed.
    await Promise.all(this.#waiting);
    if (this.#thrown !== undefined) throw this.#thrown.cause;
    if (this.#failure !== undefined) return err(this.#failure);
    return ok({ size, digest: objectDigest(hash.digest()), chunks });
  }

  /** Sends a chunk, and waits until there is room for the next one. */
  async #add(number: number, chunk: Uint8Array, soFar: string): Promise<void> {
    const sending = this.#store(number, chunk, soFar).then((wrong) => {
      this.#waiting.delete(sending);
      this.#failure ??= wrong;
      if (wrong === undefined) this.#arrived(chunk.length);
    });
    this.#waiting.add(sending);
    while (this.#waiting.size >= WINDOW && this.#failure === undefined) {
      await Promise.race(this.#waiting);
    }
  }

  /** Whether something else is there up to this chunk. */
  #isOther(number: number, soFar: string): boolean {
    const [, digest] = this.#file.terms.seen?.find(([seen]) => seen === number) ?? [];
    return digest !== undefined && digest !== soFar;
  }

  #arrived(bytes: number): void {
    this.#sent += bytes;
    const { onTransfer, body, id } = this.#file;
    try {
      onTransfer?.({ id, sent: this.#sent, size: sizeOf(body), there: this.#there });
    } catch (cause) {
      // Chunks arrive while nobody waits for them: it is thrown where the sender does.
      this.#thrown ??= { cause };
      this.#failure ??= transferError("aborted", "what was to be told of it has failed", id);
    }
  }

  /** Has the server store one chunk. Answers why it has not. */
  async #store(
    number: number,
    chunk: Uint8Array,
    soFar: string,
  ): Promise<TransferError | undefined> {
    const { requests, surface, caller } = this.#path;
    const { id, signal } = this.#file;
    const subject = sentChunk(surface, caller, id, number);
    const headers = new TextEncoder().encode(
      `NATS/1.0\r\n${EXPECTED_SEQUENCE_HEADER}: 0\r\n${DIGEST_SO_FAR_HEADER}: ${soFar}\r\n\r\n`,
    );
    const backoff = new Backoff(Infinity);
    for (;;) {
      if (signal.aborted) return transferError("aborted", "it was ended by its sender", id);
      const attempt = performance.now() + ATTEMPT_MS;
      const stored = readPublishAck(await requests.request(subject, chunk, attempt, headers));
      // What came before it under this number is the same chunk.
      if (!stored.isErr() || lostRace(stored.error)) {
        this.#heardAt = performance.now();
        return undefined;
      }
      const problem = problemOf(stored.error, id);
      const isOver = performance.now() - this.#heardAt > PATIENCE_MS;
      if (!problem.retryable || isOver || this.#failure !== undefined) return problem;
      if (problem.reason === "busy") this.#sayBusy();
      await backoff.pause(signal);
    }
  }

  #sayBusy(): void {
    const now = performance.now();
    if (now - this.#busyAt < BUSY_MS) return;
    this.#busyAt = now;
    this.#path.busy();
  }
}

function problemOf(failure: ApiFailure, id: string): TransferError {
  const kind = failure.kind === "refused" ? apiErrorKind(failure.code) : undefined;
  if (kind === "stream_full" || kind === "storage_full") {
    const what = "what is on its way to the service takes all the room that there is; try again";
    return transferError("busy", what, id);
  }
  const why = failure.kind === "refused" ? failure.description : failure.kind;
  const what = `the server takes no chunk of this session (${why})`;
  if (failureRule(failure).passes || failure.kind === "closed") {
    return transferError("unavailable", what, id);
  }
  return transferError("not_found", `${what}; does its contract use the operation?`, id);
}

function transferError(reason: TransferError["reason"], message: string, id: string) {
  return new TransferError({ reason, message, id });
}

/** Which chunks are there already. */
function thereIn({ there = [] }: SendTerms): (number: number) => boolean {
  let at = 0;
  // They are asked for in their order.
  return (number) => {
    while (at < there.length && there[at]![1] < number) at++;
    const range = there[at];
    return range !== undefined && range[0] <= number;
  };
}
