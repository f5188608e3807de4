/** Sends files and fetches them, as apps do. */
import { createHash } from "node:crypto";
import {
  type BodyOf,
  err,
  isErr,
  ok,
  type Result,
  type SendProgress,
  TransferError,
  type TrellisClient,
} from "../../../mod.ts";
import type { visitor } from "./yard.ts";

type Visitor = TrellisClient<BodyOf<typeof visitor>>;

/** How long a file may be on its way, in milliseconds: then its sender, or who fetches it, gives up. */
export const FILE_MS = 60_000;
/** Milliseconds that the end of an operation is waited for. */
export const WAIT_MS = 20_000;
/** Bytes of a file: some chunks. */
const FILE_BYTES = 1_300_000;
/** Milliseconds until an interrupted file is gone on with again. */
const AGAIN_MS = 200;

/** What is stored under a key: other bytes for each, and at each place. */
export function fileOf(key: string, bytes: number = FILE_BYTES): Uint8Array<ArrayBuffer> {
  const piece = createHash("sha512").update(key).digest();
  const file = new Uint8Array(bytes);
  const view = new DataView(file.buffer);
  for (let at = 0; at < bytes; at += piece.length) {
    file.set(piece.subarray(0, bytes - at), at);
    if (bytes - at >= 4) view.setUint32(at, at);
  }
  return file;
}

/** Sends a file; answers the digest that its service has stored. */
export async function sendFile(client: Visitor, key: string): Promise<Result<string, Error>> {
  const ref = (await client.operation.piece.send.start({ key, n: 0 }, {
    body: fileOf(key),
    requestId: key,
    signal: AbortSignal.timeout(FILE_MS),
  })).take();
  return isErr(ref) ? ref : await ended(ref);
}

/**
 * Sends half of a file, and goes on with it, as another process would, until all of it is there. `again` is told when
 * something that had arrived is sent again.
 */
export async function sendInParts(
  client: Visitor,
  key: string,
  again: (what: string) => void,
): Promise<Result<string, Error>> {
  const { send } = client.operation.piece;
  const body = fileOf(key);
  const over = AbortSignal.timeout(FILE_MS);
  const half = new AbortController();
  let known: SendProgress | undefined;
  const first = await send.start({ key, n: 0 }, {
    body,
    requestId: key,
    signal: AbortSignal.any([over, half.signal]),
    onTransfer: (progress) => {
      known = progress;
      if (progress.sent > 0) half.abort();
    },
  });
  if (first.isOk()) return await ended(first.value);
  for (;;) {
    if (known === undefined || over.aborted) return first.map(() => "");
    const { id, sent }: SendProgress = known;
    let there: number | undefined;
    const ref = (await send.resume(id, {
      body,
      signal: over,
      onTransfer: (progress) => {
        // Counted up while the file is read from its start.
        there = progress.there;
        known = progress;
      },
    })).take();
    if (!isErr(ref)) {
      if (there !== undefined && there < sent) again(`${key}: ${there} of ${sent}`);
      return await ended(ref);
    }
    if (over.aborted || !mayPass(ref.error)) return ref;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** Fetches a file that was sent, and compares it. */
export async function fetchFile(client: Visitor, key: string): Promise<Result<void, Error>> {
  const answer = (await client.rpc.piece.fetch({ key, n: 0 })).take();
  if (isErr(answer)) return answer;
  const signal = AbortSignal.timeout(FILE_MS);
  const bytes = (await client.transfer(answer.file, { signal }).bytes()).take();
  if (isErr(bytes)) return bytes;
  return isFile(key, bytes) ? ok() : err(new Error(`${key}: other bytes were fetched`));
}

/** True for the bytes of {@link fileOf}. */
export function isFile(key: string, bytes: Uint8Array, size: number = FILE_BYTES): boolean {
  const file = fileOf(key, size);
  return bytes.length === size && bytes.every((byte, at) => byte === file[at]);
}

async function ended(
  ref: { wait(options: { timeoutMs: number }): PromiseLike<Result<{ digest: string }, Error>> },
): Promise<Result<string, Error>> {
  return (await ref.wait({ timeoutMs: WAIT_MS })).map(({ digest }) => digest);
}

function mayPass(error: Error): boolean {
  return error instanceof TransferError
    ? error.retryable
    : !("retryable" in error) || error.retryable === true;
}
