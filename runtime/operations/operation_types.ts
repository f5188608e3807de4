/**
 * The types of operations, inferred from a contract: what `client.operation` holds, and the `operations` of a
 * handlers file.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  OperationDeclaration,
  SchemaOf,
  SchemaRef,
} from "../../contracts/define/declaration.ts";
import type { Section, SelectedBy, UsesOf } from "../../contracts/define/selected_surface.ts";
import type { OperationError } from "../../contracts/errors/operation_error.ts";
import type { TransferError } from "../../contracts/errors/transfer_error.ts";
import type { RemoteError } from "../../contracts/errors/remote_error.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { AsyncResult } from "../../contracts/result.ts";
import type { OperationState, TransferRecord } from "../../contracts/stored/operation_record.ts";
import type { SendOptions, Sends } from "../transfer/send/send_types.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { CallError, DeclaredError, InputOf, OutputOf } from "../rpc/rpc_call.ts";

/** What an operation reports meanwhile; `never` when it declares no progress. */
export type ProgressOf<D> = D extends { readonly progress: infer Ref extends SchemaRef }
  ? Static<SchemaOf<Ref>>
  : never;

type SignalsOf<D> = Section<D, "signals">;

/** The names of the signals that an operation takes. */
export type SignalName<D> = keyof SignalsOf<D> & string;

/** What comes with a signal. */
export type SignalInput<D, Name extends SignalName<D>> = SignalsOf<D>[Name] extends
  { readonly input: infer Ref extends SchemaRef } ? Static<SchemaOf<Ref>> : never;

/** An operation as it was at one moment. */
export type OperationSnapshot<D extends OperationDeclaration> =
  & {
    /** Its id. */
    readonly id: string;
    /** Counted up by each change. */
    readonly revision: number;
    /** Which try it is, from 1; 0 while it waits for a worker for the first time. */
    readonly attempt: number;
    /** What was reported last. */
    readonly progress?: ProgressOf<D>;
    /** What it waits for, as `signal:approve`. */
    readonly waitsFor?: string;
    /** ISO 8601 in UTC, as all times here. */
    readonly createdAt: string;
    readonly updatedAt: string;
    /** When its worker was last known to live. */
    readonly heartbeatAt?: string;
  }
  & (D extends Sends ? { readonly transfer?: StoredFile } : unknown)
  & (
    | { readonly state: Exclude<OperationState, "completed" | "failed" | "cancelled"> }
    | { readonly state: "completed"; readonly output: OutputOf<D> }
    | {
      readonly state: "failed";
      readonly error: DeclaredError<D> | FileFailure<D> | OperationError | RemoteError;
    }
    | { readonly state: "cancelled"; readonly reason?: string }
  );

/** What has become of the file that comes with an operation; nothing is known while it is being sent. */
export type StoredFile = Pick<TransferRecord, "state" | "bytes" | "size">;

type FileFailure<D> = D extends Sends ? TransferError : never;

/** Every way in which looking at an operation, or telling it something, can fail. */
export type OperationFailure = OperationError | CallError;

/** How long an end is waited for. */
export interface WaitOptions {
  /** Milliseconds; without it as long as it takes. The operation goes on all the same. */
  readonly timeoutMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** How a signal is sent; given the same request id, it is stored once. */
export type SignalOptions = CallOptions;

/** One operation that was started, here or elsewhere. Everything is asked of the service: it holds no state. */
export type OperationRef<D extends OperationDeclaration = OperationDeclaration> =
  & {
    /** Its id, to be kept: whoever holds it can resume. */
    readonly id: string;
    /** Id of the contract that declares it. */
    readonly service: string;
    /** Its dotted name. */
    readonly operation: string;
    /** How it is at this moment. */
    get(options?: CallOptions): AsyncResult<OperationSnapshot<D>, OperationFailure>;
    /**
     * Waits for its end: its output, the declared error that it ended with, or an {@link OperationError} that says
     * `cancelled`, `expired`, `dead` or `not_found`.
     */
    wait(
      options?: WaitOptions,
    ): AsyncResult<OutputOf<D>, DeclaredError<D> | FileFailure<D> | OperationFailure>;
    /**
     * How it is now, and then each change, until it has ended, the signal aborts, or the loop is left. It does not
     * depend on one instance of the service, and goes on when the server was away: then the newest state comes.
     *
     * ```ts ignore
     * for await (const { state, progress } of await ref.watch({ signal }).orThrow()) show(state, progress);
     * ```
     */
    watch(
      options?: { readonly signal?: AbortSignal },
    ): AsyncResult<AsyncIterable<OperationSnapshot<D>>, OperationFailure>;
  }
  & (D extends { readonly cancel: true } ? {
      /**
       * Has it end: at once while it waits, else when its handler returns. An operation that has ended in
       * another way is an error with the reason `ended`.
       */
      cancel(
        reason?: string,
        options?: CallOptions,
      ): AsyncResult<OperationSnapshot<D>, OperationFailure>;
    }
    : unknown)
  & ([SignalName<D>] extends [never] ? unknown : {
    /** Sends it a signal; when it resolves, the signal is stored, and the handler gets it. */
    signal<Name extends SignalName<D>>(
      name: Name,
      input: SignalInput<D, Name>,
      options?: SignalOptions,
    ): AsyncResult<void, OperationFailure>;
  });

/** How an operation is started. */
export interface StartOptions extends CallOptions {
  /**
   * Names the start: the same caller who gives it again gets the operation that it has started, for as long as its
   * record is kept. Unless given, each start makes another operation.
   */
  readonly requestId?: string;
}

/** One operation of a client. */
export type OperationCall<D extends OperationDeclaration> =
  & {
    /** One that was started before, by its id. Nothing is asked of the service before its methods are called. */
    resume(ref: string | { readonly id: string }): OperationRef<D>;
  }
  & (D extends Sends ? SendingCall<D> : {
    /** Starts it; when it resolves, it is stored, and will be worked on. */
    start(
      input: InputOf<D>,
      options?: StartOptions,
    ): AsyncResult<OperationRef<D>, OperationFailure>;
  });

/** One operation that a file comes with. */
export interface SendingCall<D extends OperationDeclaration> {
  /**
   * Starts it and sends its file; when it resolves, the store of the service has the file, or the operation has ended
   * without it. A {@link TransferError} holds the id of the operation, with which `resume` goes on.
   *
   * ```ts ignore
   * const ref = await upload.start({ path: "a.pdf" }, { body: file, onTransfer: show }).orThrow();
   * ```
   */
  start(
    input: InputOf<D>,
    options: StartOptions & SendOptions,
  ): AsyncResult<OperationRef<D>, OperationFailure | TransferError>;
  /**
   * Goes on with the file of one that was started before, here or in another process of the same person or service: what
   * is there is not sent again. The body is the whole file: it is read from its start.
   */
  resume(
    ref: string | { readonly id: string },
    options: CallOptions & SendOptions,
  ): AsyncResult<OperationRef<D>, OperationFailure | TransferError>;
}

type OperationsOf<B> = Section<B, "operations">;

/** Operations by dotted name, of a union of `{ name, declaration }`. */
export type OperationCallsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends OperationDeclaration } ? OperationCall<D> : never;
};

type OrUndefined<M> = { readonly [Name in keyof M]: M[Name] | undefined };

/**
 * `client.operation`: `"Report.Export"` is `report.export`. Those of optional uses may be undefined.
 */
export type OperationClient<B extends ContractBody> = BySurfacePath<
  & {
    readonly [Name in keyof OperationsOf<B>]: OperationsOf<B>[Name] extends OperationDeclaration
      ? OperationCall<OperationsOf<B>[Name]>
      : never;
  }
  & OperationCallsOf<SelectedBy<UsesOf<B, "required">, "operations", "call">>
  & OrUndefined<OperationCallsOf<SelectedBy<UsesOf<B, "optional">, "operations", "call">>>
>;
