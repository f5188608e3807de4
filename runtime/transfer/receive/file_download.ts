import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type FileGrant, FileGrantSchema } from "../../../contracts/schema/file_grant.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import type { CallRights } from "../../rpc/call_rights.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import { surfaceCall } from "../../rpc/rpc_caller.ts";
import { untilAnswered } from "../../rpc/until_answered.ts";
import type { ByteRange } from "../../store/object_part.ts";
import { type PullAnswer, pullSurface } from "./pull_protocol.ts";
import { PulledBytes } from "./pulled_bytes.ts";
import type { FileDownload, ReceiveError, ReceiveOptions } from "./receive_types.ts";

/** Fetches what was granted: `client.transfer`. */
export type FetchFile = (grant: FileGrant, options?: ReceiveOptions) => FileDownload;

const GRANT = validatorOf(FileGrantSchema);
/** Anything else could widen what the subject stands for. */
const SURFACE = /^(?:rpc|operations)\.v\d+(?:\.[A-Za-z0-9_-]+)+$/;

/** Fetches files over a connection, for the session whose inbox it may subscribe to. */
export function fileFetcher(messaging: NatsMessaging, rights?: CallRights): FetchFile {
  return (grant, options = {}) =>
    new GrantedFile(() => {
      const wanted = wantedOf(grant, options.range).take();
      if (isErr(wanted)) return wanted;
      const { surface, id } = grant;
      const name = surface.split(".").slice(2).join(".");
      // Asked twice, a window is sent once.
      const call = surfaceCall(pullSurface(name, surface), untilAnswered(messaging), rights);
      return ok(
        new PulledBytes({
          id,
          line: messaging.line,
          session: messaging.session,
          // The answer was checked against its schema.
          ask: async (request) =>
            (await call({ grant: id, ...request })).map((answer) => answer as PullAnswer),
          ...wanted,
          ...options,
          range: wanted.range,
        }),
      );
    }, grant.id);
}

/** What is to be fetched, and its digest where that is known. */
function wantedOf(
  grant: FileGrant,
  wanted: ByteRange | undefined,
): Result<{ readonly range: ByteRange; readonly digest: string | undefined }, TransferError> {
  const isGrant = GRANT.check(grant) && SURFACE.test(grant.surface);
  if (!isGrant) {
    const message = "this is no grant of a file; it comes in an answer of its service";
    return err(new TransferError({ reason: "not_found", message, id: String(grant?.id) }));
  }
  const { id, size } = grant;
  const granted = grant.range ?? { start: 0, end: size };
  const range = wanted ?? granted;
  const { start, end } = range;
  const isWithin = Number.isInteger(start) && Number.isInteger(end) && start <= end &&
    start >= granted.start && end <= granted.end && end <= size;
  if (!isWithin) {
    const message = `bytes ${start} to ${end} are not among those that were granted: ` +
      `${granted.start} to ${granted.end}`;
    return err(new TransferError({ reason: "out_of_range", message, id }));
  }
  return ok({ range, digest: start === 0 && end === size ? grant.digest : undefined });
}

class GrantedFile implements FileDownload {
  readonly #open: () => Result<PulledBytes, TransferError>;
  readonly #id: string;

  constructor(open: () => Result<PulledBytes, TransferError>, id: string) {
    this.#open = open;
    this.#id = id;
  }

  bytes(): AsyncResult<Uint8Array<ArrayBuffer>, ReceiveError> {
    return new AsyncResult(this.#bytes());
  }

  stream(): AsyncResult<ReadableStream<Uint8Array<ArrayBuffer>>, ReceiveError> {
    return new AsyncResult(this.#stream());
  }

  to(writable: WritableStream<Uint8Array<ArrayBuffer>>): AsyncResult<number, ReceiveError> {
    return new AsyncResult(this.#to(writable));
  }

  async #bytes(): Promise<Result<Uint8Array<ArrayBuffer>, ReceiveError>> {
    const pulled = this.#open().take();
    if (isErr(pulled)) return pulled;
    const room = this.#room(pulled.size).take();
    if (isErr(room)) {
      pulled.stop();
      return room;
    }
    for (let filled = 0;;) {
      const bytes = (await pulled.next()).take();
      if (isErr(bytes)) return bytes;
      if (bytes === undefined) return ok(room);
      room.set(bytes, filled);
      filled += bytes.length;
    }
  }

  #room(size: number): Result<Uint8Array<ArrayBuffer>, TransferError> {
    try {
      return ok(new Uint8Array(size));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const message = `${size} bytes do not fit in memory; read stream() instead`;
      return err(new TransferError({ reason: "too_large", message, id: this.#id, cause }));
    }
  }

  async #stream(): Promise<Result<ReadableStream<Uint8Array<ArrayBuffer>>, ReceiveError>> {
    const pulled = this.#open().take();
    if (isErr(pulled)) return pulled;
    let next = await pulled.next();
    const first = next.take();
    if (isErr(first)) return first;
    let isFirst = true;
    const pull = async (
      controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    ): Promise<void> => {
      if (!isFirst) next = await pulled.next();
      isFirst = false;
      const bytes = next.take();
      if (isErr(bytes)) controller.error(bytes.error);
      else if (bytes === undefined) controller.close();
      else controller.enqueue(bytes);
    };
    return ok(
      new ReadableStream({ pull, cancel: () => pulled.stop() }, { highWaterMark: 0 }),
    );
  }

  async #to(
    writable: WritableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<Result<number, ReceiveError>> {
    const writer = writable.getWriter();
    const pulled = this.#open().take();
    try {
      const end = isErr(pulled) ? pulled : await this.#write(pulled, writer);
      if (end.isErr()) await writer.abort(end.error).catch(() => {});
      return end;
    } catch (cause) {
      await writer.abort(cause).catch(() => {});
      throw cause;
    } finally {
      writer.releaseLock();
    }
  }

  async #write(
    pulled: PulledBytes,
    writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
  ): Promise<Result<number, ReceiveError>> {
    for (;;) {
      const bytes = (await pulled.next()).take();
      if (isErr(bytes)) return bytes;
      try {
        if (bytes === undefined) {
          await writer.close();
          return ok(pulled.size);
        }
        await writer.ready;
        // Waits for what writes it, so that no more than this is in memory.
        await writer.write(bytes);
      } catch (cause) {
        pulled.stop();
        const why = cause instanceof Error ? cause.message : String(cause);
        const message = `what it is written to has failed: ${why}`;
        return err(new TransferError({ reason: "aborted", message, id: this.#id, cause }));
      }
    }
  }
}
