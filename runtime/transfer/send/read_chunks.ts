import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { DIGEST_SO_FAR_HEADER } from "../../../contracts/stored/transfer_names.ts";
import { currentHost } from "../../host/host.ts";
import type { StreamingHash } from "../../host/streaming_hash.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import type { LastMessages } from "../../nats/jetstream/last_messages.ts";
import type { StoredMessage } from "../../nats/jetstream/stored_message.ts";
import { Backoff } from "../../nats/backoff.ts";
import { digestSoFar } from "./digest_so_far.ts";
import type { FileCommit } from "./send_terms.ts";
import type { SentChunks, StagedChunks } from "./staged_chunks.ts";

/** Bytes that are asked for at once, before they are needed. */
const AHEAD_BYTES = 1 << 20;
/** A question has the subject of each chunk. */
const MOST_CHUNKS = 64;
/** Milliseconds for which a chunk that was there is looked for: a replica may lag behind. */
const LOOK_MS = 3000;

/** What is read. */
export interface ChunkReading {
  readonly staged: StagedChunks;
  /** Id of the operation. */
  readonly id: string;
  readonly commit: FileCommit;
  readonly chunkBytes: number;
  /** Where its chunks stand. */
  readonly sent: SentChunks;
}

/**
 * The bytes of a file in their order, each chunk as its sender has hashed it. Throws a TransferError: `incomplete` for a
 * chunk that is missing, or was damaged, which is removed then so that it can be sent again.
 */
export async function* readChunks(reading: ChunkReading): AsyncGenerator<Uint8Array, void> {
  const { chunks } = reading.commit;
  const most = chunksAtOnce(reading.chunkBytes);
  const ask = (from: number) => {
    const numbers = Array.from({ length: Math.min(most, chunks - from) }, (_, i) => from + i);
    return reading.staged.read(numbers.flatMap((number) => reading.sent.get(number) ?? []));
  };
  let hash = await currentHost().newSha256();
  let asked = ask(0);
  for (let from = 0; from < chunks; from += most) {
    const found = (await asked).take();
    if (isErr(found)) throw unavailable(found.error, reading.id);
    if (from + most < chunks) asked = ask(from + most);
    for (let number = from; number < Math.min(from + most, chunks); number++) {
      const chunk = (await chunkIn(found, reading, number, hash)).take();
      if (isErr(chunk)) throw chunk.error;
      hash = chunk.hash;
      yield chunk.data;
    }
  }
}

/** How many chunks of so many bytes are asked for at once. */
export function chunksAtOnce(chunkBytes: number): number {
  return Math.min(MOST_CHUNKS, Math.ceil(AHEAD_BYTES / chunkBytes));
}

/** A chunk, and the hash of all up to its end. */
interface HashedChunk {
  readonly data: Uint8Array;
  readonly hash: StreamingHash;
}

async function chunkIn(
  found: LastMessages,
  { staged, id, commit, chunkBytes, sent }: ChunkReading,
  number: number,
  before: StreamingHash,
): Promise<Result<HashedChunk, TransferError>> {
  const size = Math.min(chunkBytes, commit.size - number * chunkBytes);
  const damaged: string[] = [];
  let misfit: number | undefined;
  for (const subject of sent.get(number) ?? []) {
    const message = found.get(subject) ?? (await readSoon(staged, subject, id)).take();
    if (isErr(message)) return message;
    if (message === undefined) continue;
    const { data } = message;
    const hash = asHashed(message, before);
    if (hash !== undefined && data.length === size) return ok({ data, hash });
    // Of the last one it may be the size that is wrong which its sender has said.
    if (hash !== undefined && number === commit.chunks - 1) misfit = data.length;
    else damaged.push(subject);
  }
  if (misfit !== undefined) {
    const message = `the last chunk has ${misfit} bytes, and by the size of the file ${size}`;
    return err(new TransferError({ reason: "digest_mismatch", message, id }));
  }
  // Nobody can replace what is there.
  for (const subject of damaged) await staged.remove(subject);
  const what = damaged.length === 0 ? "is missing" : "was damaged on its way";
  return err(
    new TransferError({
      reason: "incomplete",
      message: `chunk ${number} of ${commit.chunks} ${what}; send it again`,
      id,
    }),
  );
}

/** The hash up to the end of a chunk; undefined when it is not what the sender has hashed behind those before it. */
function asHashed(
  { data, headers }: StoredMessage,
  before: StreamingHash,
): StreamingHash | undefined {
  const hash = before.copy();
  hash.update(data);
  return headerValue(headers, DIGEST_SO_FAR_HEADER) === digestSoFar(hash) ? hash : undefined;
}

/** The message of a subject that was there a moment ago. */
async function readSoon(
  staged: StagedChunks,
  subject: string,
  id: string,
): Promise<Result<StoredMessage | undefined, TransferError>> {
  const backoff = new Backoff(performance.now() + LOOK_MS);
  for (;;) {
    const found = (await staged.read([subject])).take();
    if (isErr(found)) return err(unavailable(found.error, id));
    const message = found.get(subject);
    if (message !== undefined || !await backoff.pause()) return ok(message);
  }
}

function unavailable(failure: ApiFailure, id: string): TransferError {
  return new TransferError({ reason: "unavailable", message: failureMeaning(failure).what, id });
}
