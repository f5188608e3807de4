import { TransportError } from "../../contracts/errors/transport_error.ts";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";
import { AsyncResult, err, isErr, type Result } from "../../contracts/result.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { CalledSurface } from "../rpc/called_surface.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import { type RequestSender, surfaceCall } from "../rpc/rpc_caller.ts";
import type { OperationWatcher } from "./operation_watch.ts";
import type { ControlRequest, StoredOperation } from "./operation_control.ts";
import type { OperationSurface } from "./operation_surface.ts";
import type { WaitOptions } from "./operation_types.ts";
import { outcomeIn, readSnapshot, type UntypedSnapshot } from "./read_snapshot.ts";

/** What a ref reaches its operation by. */
export interface RefParts {
  readonly surface: OperationSurface;
  /** Sends what is asked of an operation. */
  readonly control: (
    request: ControlRequest,
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
    const changes = (await this.watch({ signal: ended })).take();
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

/** What `client.operation.<group>.<leaf>` holds. */
export interface UntypedOperation {
  start(input: unknown, options?: CallOptions): AsyncResult<UntypedOperationRef, Error>;
  resume(ref: string | { readonly id: string }): UntypedOperationRef;
}

/** Starts operations of one kind, and finds them again. */
export function openOperation(
  surface: OperationSurface,
  sender: RequestSender,
  watch: OperationWatcher,
  rights?: CallRights,
): UntypedOperation {
  const send = (to: CalledSurface) => {
    const call = surfaceCall(to, sender, rights);
    return (input: unknown, options?: CallOptions) =>
      // The reply was checked against the schema of answers.
      call(input, options).map((answer) => answer as StoredOperation);
  };
  const start = send(surface.start);
  const parts = { surface, control: send(surface.control), watch };
  return {
    start: (input, options) =>
      start(input, options).map(({ record }) => new UntypedOperationRef(record.id, parts)),
    resume: (ref) => new UntypedOperationRef(typeof ref === "string" ? ref : ref.id, parts),
  };
}
