/** The types of an operation that is worked on: the `operations` of a handlers file. */
import type { ContractBody, OperationDeclaration } from "../../../contracts/define/declaration.ts";
import type { Section } from "../../../contracts/define/selected_surface.ts";
import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import type { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type { BySurfacePath } from "../../../contracts/manifest/surface_path.ts";
import type { AsyncResult, Result } from "../../../contracts/result.ts";
import type { HandlerClient } from "../../client/client_types.ts";
import type { Step } from "../../consume/event_context.ts";
import type { DeclaredError, InputOf, OutputOf } from "../../rpc/rpc_call.ts";
import type { Caller } from "../../rpc/request_context.ts";
import type { FileGranter, Receives } from "../../transfer/receive/receive_types.ts";
import type { Sends, SentFile } from "../../transfer/send/send_types.ts";
import type { GiveUp, RetryLater } from "../../work/outcome.ts";
import type { ProgressOf, SignalInput, SignalName } from "../operation_types.ts";

/** An operation, as its handler has it. */
export type RunningOperation<D extends OperationDeclaration = OperationDeclaration> =
  & OperationTools<D>
  & OperationTransfer<D>;

/** `op.transfer`: the file that comes with an operation which declares one, or what grants files to its owner. */
export type OperationTransfer<D> = D extends Sends ? { readonly transfer: SentFile }
  : D extends Receives ? { readonly transfer: FileGranter }
  : unknown;

/** What every operation has. */
export interface OperationTools<D extends OperationDeclaration = OperationDeclaration> {
  /** Its id. */
  readonly id: string;
  /** Which try it is, from 1. */
  readonly attempt: number;
  /** Who started it. */
  readonly owner: Caller["principal"];
  /** When it was started, ISO 8601 in UTC. */
  readonly createdAt: string;
  /** When it is given up. */
  readonly deadline: string;
  /**
   * Reports how far it is, to those who watch it. At most five reports in a second are kept, and the last one
   * always is. Throws for what does not fit the declared progress.
   */
  progress(progress: ProgressOf<D>): void;
  /**
   * Does something once for this operation, however often it is tried or resumed: the result of a step that was done
   * is kept for seven days and answered. A crash between the effect and its record does it again, with the same
   * `id`. Names are not used twice in one run. Rejects when `run` does, and with a `KVError` when the result cannot
   * be kept.
   */
  step<T>(name: string, run: (step: Step) => T | Promise<T>): Promise<T>;
  /**
   * Waits for the next signal of a name. Signals are stored, so one that came before is there, and each try gets the
   * same ones in the same order. A wait that may be longer than 30 seconds gives up its place in the queue: the
   * handler ends here, and runs again from the top when the signal has come. An error with the reason `timed_out`
   * says that none came in time.
   */
  signal<Name extends SignalName<D>>(
    name: Name,
    options?: SignalWait,
  ): AsyncResult<SignalInput<D, Name>, OperationError>;
  /**
   * Waits, also over restarts: the time is kept under the name. Longer than 30 seconds it gives up its place in the
   * queue, and the handler runs again from the top when the time has come.
   */
  sleep(name: string, ms: number): Promise<void>;
}

/** How long a signal is waited for. */
export interface SignalWait {
  /** Milliseconds from the first time that it is waited for; until the operation's deadline when left out. */
  readonly timeoutMs?: number;
}

/** What the handler of an operation knows beside its input. */
export interface OperationContext {
  /** The request that started it. */
  readonly requestId: string;
  /** W3C trace context of who started it. */
  readonly traceparent: string | undefined;
  /** What caused it, as `rpc:<request id>`. */
  readonly cause: string | undefined;
  /** Aborts when it is cancelled, its deadline passes, another worker has it, or the service is stopped for good. */
  readonly signal: AbortSignal;
}

/** What the handler of an operation receives. */
export interface OperationArguments<B extends ContractBody, D extends OperationDeclaration, Deps> {
  /** The request, validated. */
  readonly input: InputOf<D>;
  /** Progress, steps and signals. */
  readonly op: RunningOperation<D>;
  /** The resources and calls that the contract declares. */
  readonly client: HandlerClient<B>;
  /** Where it comes from, and how to stop in time. */
  readonly context: OperationContext;
  /** The application's own dependencies. */
  readonly deps: Deps;
}

/** Errors that end an operation, and those that have it tried again. */
export type OperationHandlerError<D> =
  | DeclaredError<D>
  | OperationError
  | (D extends Sends ? TransferError : never)
  | ValidationError
  | UnexpectedError
  | RetryLater
  | GiveUp;

/**
 * Works on an operation: `ok(output)` or a declared error ends it. `RetryLater`, `UnexpectedError` and a throw have it
 * tried again as it declares; after the last try, and by `GiveUp`, it is dead.
 */
export type OperationHandler<B extends ContractBody, D extends OperationDeclaration, Deps> = (
  started: OperationArguments<B, D, Deps>,
) =>
  | Result<OutputOf<D>, OperationHandlerError<D>>
  | PromiseLike<Result<OutputOf<D>, OperationHandlerError<D>>>;

/** A handler for every operation of a contract, by declared name. */
export type OperationHandlers<B extends ContractBody, Deps> = {
  readonly [Name in keyof Section<B, "operations">]: Section<B, "operations">[Name] extends
    OperationDeclaration ? OperationHandler<B, Section<B, "operations">[Name], Deps> : never;
};

/** `service.handle.operation`: `"Report.Export"` is `report.export`. */
export type OperationRegistry<B extends ContractBody, Deps> = BySurfacePath<
  {
    readonly [Name in keyof OperationHandlers<B, Deps>]: (
      handler: OperationHandlers<B, Deps>[Name],
    ) => void;
  }
>;
