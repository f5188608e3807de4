import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import type { StoreError } from "../../store/store_error.ts";
import { storeError } from "../../store/store_problem.ts";
import { TypedStore } from "../../store/typed_store.ts";
import { readChunks } from "./read_chunks.ts";
import type { SendPlace } from "./send_place.ts";
import type { FileCommit } from "./send_terms.ts";
import type { SentFile } from "./send_types.ts";

/** A file that its sender says was sent. */
export interface CommittedFile {
  readonly place: SendPlace;
  /** Id of the operation. */
  readonly id: string;
  /** Whose sessions may have sent it, as `user:ada`. */
  readonly owner: string;
  readonly info: SentFile["info"];
  readonly commit: FileCommit;
  /** Ends it; nothing is stored then. */
  readonly signal: AbortSignal;
  /** Is told how many bytes are stored. */
  readonly stored: (bytes: number) => void;
}

/**
 * Has the store keep a file that was sent. The bytes go through in chunks, and no key leads to them before size and digest
 * are those that the sender has said. The error says what is to be done: what is `unavailable` may succeed in a moment,
 * `aborted` was ended here, and anything else is to be sent again.
 */
export async function putTogether(file: CommittedFile): Promise<Result<void, TransferError>> {
  const { place, id, owner, info, commit, signal } = file;
  const chunkBytes = await place.chunkBytes();
  const failed = (reason: TransferError["reason"], message: string) =>
    err(new TransferError({ reason, message, id }));
  const maxBytes = await place.maxBytes();
  if (maxBytes !== undefined && commit.size > maxBytes) {
    return failed("too_large", `it has ${commit.size} bytes, and ${maxBytes} are the most`);
  }
  if (commit.chunks !== Math.ceil(commit.size / chunkBytes)) {
    const what = `${commit.size} bytes do not come in ${commit.chunks} chunks of ${chunkBytes}`;
    return failed("incomplete", what);
  }
  const sent = (await place.sent(id, owner)).take();
  if (isErr(sent)) return failed("unavailable", failureMeaning(sent.error).what);
  for (let number = 0; number < commit.chunks; number++) {
    if (sent.has(number)) continue;
    return failed("incomplete", `chunk ${number} of ${commit.chunks} has not come, or has expired`);
  }
  const opened = (await place.store.open()).take();
  if (isErr(opened)) return err(sayOf(opened.error, id));
  const store = TypedStore.causedBy(opened, `op:${id}`);
  const context = { resource: "a file that was sent", doing: "checking" };
  const put = await TypedStore.putChecked(
    store,
    info.key,
    counted(readChunks({ staged: place.staged, id, commit, chunkBytes, sent }), file.stored),
    { signal, ...(info.contentType === undefined ? {} : { contentType: info.contentType }) },
    ({ size, digest }) => {
      if (size === commit.size && digest === commit.digest) return undefined;
      const message = `what has come has ${size} bytes and the digest ${digest}, and its sender ` +
        `has said ${commit.size} and ${commit.digest}; nothing was stored`;
      const cause = new TransferError({ reason: "digest_mismatch", message, id });
      return storeError({ reason: "invalid_body", what: message, cause }, context);
    },
  );
  return put.isOk() ? ok() : put.mapErr((error) => sayOf(error, id));
}

/** What a failure of the store means for the file. */
function sayOf(error: StoreError, id: string): TransferError {
  const { cause, message } = error;
  if (cause instanceof TransferError) return cause;
  switch (error.reason) {
    case "full":
      return new TransferError({ reason: "store_full", message, id, cause: error });
    case "too_large":
      return new TransferError({ reason: "too_large", message, id, cause: error });
    case "aborted":
      return new TransferError({ reason: "aborted", message, id, cause: error });
    default:
      return new TransferError({ reason: "unavailable", message, id, cause: error });
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    tell(bytes += chunk.length);
  }
}
