import { TransportError } from "../../contracts/errors/transport_error.ts";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import { isEnded } from "../../contracts/stored/operation_record.ts";
import { Backoff } from "../nats/backoff.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { PATIENCE_MS } from "../transfer/send/send_chunks.ts";
import { type FilePath, sendFile } from "../transfer/send/send_file.ts";
import type { SendTerms } from "../transfer/send/send_terms.ts";
import type { SendOptions } from "../transfer/send/send_types.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { CalledSurface } from "../rpc/called_surface.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import { isRetryable } from "../rpc/is_retryable.ts";
import { type RequestSender, surfaceCall } from "../rpc/rpc_caller.ts";
import type { OperationWatcher } from "./operation_watch.ts";
import type { ControlRequest, FileRequest, StoredOperation } from "./operation_control.ts";
import type { OperationSurface } from "./operation_surface.ts";
import type { WaitOptions } from "./operation_types.ts";
import { outcomeIn, readSnapshot, type UntypedSnapshot } from "./read_snapshot.ts";

/** What a ref reaches its operation by. */
export interface RefParts {
  readonly surface: OperationSurface;
  /** Sends what is asked of an operation. */
  readonly control: (
    request: ControlRequest | FileRequest,
    options?: CallOptions,
  ) => AsyncResult<StoredOperation, Error>;
  /** Has changes delivered. */
  readonly watch: OperationWatcher;
}

/** One operation, as untyped code reaches it. */
export class UntypedOperationRef {
  readonly id: string;
  /** Id of the contract that declares it. */
  readonly service: string;
  /** Its dotted name. */
  readonly operation: string;
  readonly #parts: RefParts;

  /** Nothing is asked before its methods are called. */
  constructor(id: string, parts: RefParts) {
    this.id = id;
    this.service = parts.surface.contract;
    this.operation = parts.surface.name;
    this.#parts = parts;
  }

  /** See `OperationRef.get`. */
  get(options?: CallOptions): AsyncResult<UntypedSnapshot, Error> {
    return new AsyncResult(this.#ask({ action: "get", id: this.id }, options));
  }

  /** See `OperationRef.wait`. */
  wait(options: WaitOptions = {}): AsyncResult<unknown, Error> {
    return new AsyncResult(this.#wait(options));
  }

  /** See `OperationRef.watch`. */
  watch(
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncResult<AsyncIterable<UntypedSnapshot>, Error> {
    const { surface, control, watch } = this.#parts;
    return new AsyncResult(watch({
      ask: (inbox) => control({ action: "watch", id: this.id, inbox }),
      read: (stored) => readSnapshot(surface, stored),
      ...(signal === undefined ? {} : { signal }),
    }));
  }

  /** See `OperationRef.cancel`. */
  cancel(reason?: string, options?: CallOptions): AsyncResult<UntypedSnapshot, Error> {
    const why = reason === undefined ? {} : { reason };
    return new AsyncResult(this.#ask({ action: "cancel", id: this.id, ...why }, options));
  }

  /** See `OperationRef.signal`. */
  signal(name: string, input: unknown, options?: CallOptions): AsyncResult<void, Error> {
    return this.#parts.control({ action: "signal", id: this.id, name, input }, options)
      .map(() => undefined);
  }

  async #ask(
    request: ControlRequest,
    options?: CallOptions,
  ): Promise<Result<UntypedSnapshot, Error>> {
    const { surface, control } = this.#parts;
    return (await control(request, options)).andThen((answer) => readSnapshot(surface, answer));
  }

  async #wait({ timeoutMs, signal }: WaitOptions): Promise<Result<unknown, Error>> {
    const ends = [
      ...(signal === undefined ? [] : [signal]),
      ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
    ];
    const ended = AbortSignal.any(ends);
    const backoff = new Backoff(Infinity);
    let changes = (await this.watch({ signal: ended })).take();
    // What has begun lasts over a server or a service that is away, and so does the beginning.
    while (isErr(changes) && isRetryable(changes.error) && await backoff.pause(ended)) {
      changes = (await this.watch({ signal: ended })).take();
    }
    if (isErr(changes)) return ended.aborted ? err(this.#unfinished(signal)) : changes;
    try {
      for await (const snapshot of changes) {
        const outcome = outcomeIn(snapshot);
        if (outcome !== undefined) return outcome;
      }
    } catch (cause) {
      if (cause instanceof TrellisError) return err(cause);
      throw cause;
    }
    return err(this.#unfinished(signal));
  }

  #unfinished(signal: AbortSignal | undefined): TransportError {
    return new TransportError({
      message: `${this.operation} ${this.id} has not ended when the wait did`,
      code: signal?.aborted ? "trellis.rpc.aborted" : "trellis.rpc.timeout",
      hint: "It goes on; wait for it again.",
    });
  }
}

/** What an operation is started and gone on with. */
export type UntypedStart = CallOptions & Partial<SendOptions>;

/** What `client.operation.<group>.<leaf>` holds. */
export interface UntypedOperation {
  start(input: unknown, options?: UntypedStart): AsyncResult<UntypedOperationRef, Error>;
  /** With a body, its file is gone on with first. */
  resume(ref: RefOrId): UntypedOperationRef;
  resume(ref: RefOrId, options: CallOptions & SendOptions): AsyncResult<UntypedOperationRef, Error>;
}

type RefOrId = string | { readonly id: string };

/** What the operations of a client are reached by. */
export interface OperationPaths {
  readonly sender: RequestSender;
  readonly watch: OperationWatcher;
  readonly rights?: CallRights | undefined;
  /** What chunks of files are published by. */
  readonly requests: JetStreamRequests;
}

/** Starts operations of one kind, and finds them again. */
export function openOperation(surface: OperationSurface, paths: OperationPaths): UntypedOperation {
  const { sender, watch, rights, requests } = paths;
  const send = (to: CalledSurface) => {
    const call = surfaceCall(to, sender, rights);
    return (input: unknown, options?: CallOptions) =>
      // The reply was checked against the schema of answers.
      call(input, options).map((answer) => answer as StoredOperation);
  };
  const starting = send(surface.start);
  const parts = { surface, control: send(surface.control), watch };
  async function start(
    input: unknown,
    { body, onTransfer, ...options }: UntypedStart,
  ): Promise<Result<UntypedOperationRef, Error>> {
    const started = (await starting(input, options)).take();
    if (isErr(started)) return started;
    const ref = new UntypedOperationRef(started.record.id, parts);
    if (body === undefined || isEnded(started.record.state)) return ok(ref);
    return await sent(ref, { body, onTransfer, ...options }, started.transfer);
  }

  async function sent(
    ref: UntypedOperationRef,
    { body, onTransfer, ...options }: CallOptions & SendOptions,
    terms?: SendTerms,
  ): Promise<Result<UntypedOperationRef, Error>> {
    const { id } = ref;
    // As patient as its chunks are. The id of the start would make all that is asked one request.
    const asked = { timeoutMs: PATIENCE_MS, ...options, requestId: undefined };
    const ask = () => parts.control({ action: "sent", id }, asked);
    const path: FilePath = {
      chunks: {
        requests,
        surface: surface.start.subject,
        caller: sender.caller,
        busy: () => void ask(),
      },
      ask,
      commit: (commit) => parts.control({ action: "commit", id, ...commit }, asked),
      watch: (signal) => ref.watch({ signal }),
    };
    const file = { body, onTransfer, signal: options.signal };
    return (await sendFile(path, id, file, terms)).map(() => ref);
  }

  function resume(ref: RefOrId): UntypedOperationRef;
  function resume(
    ref: RefOrId,
    options: CallOptions & SendOptions,
  ): AsyncResult<UntypedOperationRef, Error>;
  function resume(ref: RefOrId, options?: CallOptions & SendOptions) {
    const resumed = new UntypedOperationRef(typeof ref === "string" ? ref : ref.id, parts);
    return options?.body === undefined ? resumed : new AsyncResult(sent(resumed, options));
  }

  return { start: (input, options = {}) => new AsyncResult(start(input, options)), resume };
}
