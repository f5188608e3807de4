import { AsyncResult } from "../../../contracts/result.ts";
import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import { parsePrincipalText } from "../../../contracts/identity/principal_text.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Step } from "../../consume/event_context.ts";
import { Steps } from "../../consume/steps.ts";
import type { QueueRun } from "../../jobs/queue_run.ts";
import type { HandedOver } from "../../rpc/call_options.ts";
import type { Caller } from "../../rpc/request_context.ts";
import type { FileGranter } from "../../transfer/receive/receive_types.ts";
import type { SentFile } from "../../transfer/send/send_types.ts";
import { comingFile } from "./file_of_operation.ts";
import { OperationWaits, type WaitParts } from "./operation_waits.ts";
import type { OperationContext, SignalWait } from "./running_types.ts";

const ANONYMOUS = { kind: "anonymous", id: "anonymous" } as const;

/** What the handler of an operation works with, as untyped code sees it. */
export class UntypedRunningOperation {
  readonly id: string;
  readonly attempt: number;
  readonly owner: Caller["principal"];
  readonly createdAt: string;
  readonly deadline: string;
  /** The file that comes with it, or what grants files to its owner; undefined where neither is declared. */
  readonly transfer: SentFile | FileGranter | undefined;
  readonly #parts: WaitParts;
  readonly #steps: Steps;
  readonly #waits: OperationWaits;

  /**
   * @param tries which try it is
   * @param info of the file that comes with it
   * @param signal aborts when it is to end
   * @param granter where it grants files
   */
  constructor(
    parts: WaitParts,
    tries: number,
    info: SentFile["info"] | undefined,
    signal: AbortSignal,
    granter: FileGranter | undefined,
  ) {
    this.#parts = parts;
    const { id, owner, createdAt } = parts.held.record;
    this.id = id;
    this.attempt = tries;
    this.owner = parsePrincipalText(owner) ?? ANONYMOUS;
    this.createdAt = createdAt;
    this.deadline = new Date(parts.deadline).toISOString();
    this.#steps = new Steps(parts.steps, "operation", parts.place.queue.owner.queue, id);
    this.#waits = new OperationWaits(parts);
    this.transfer = granter ?? (info && comingFile(parts, this.#waits, info, signal));
  }

  // Functions of their own, so that a handler may take them out of the object.

  readonly progress = (progress: unknown): void => {
    const { surface } = this.#parts.place;
    if (!surface.progress.check(progress)) {
      const [issue] = surface.progress.issues(progress);
      const what = `${issue?.path || "/"} ${issue?.message ?? "does not fit"}`;
      throw new TypeError(`the progress of ${surface.name} does not fit its schema: ${what}`);
    }
    // What fits a JSON Schema is JSON.
    this.#parts.held.report(progress as JsonValue);
  };

  readonly step = <T>(name: string, run: (step: Step) => T | Promise<T>): Promise<T> => {
    return this.#steps.once(name, run);
  };

  readonly signal = (
    name: string,
    { timeoutMs }: SignalWait = {},
  ): AsyncResult<unknown, OperationError> => {
    return new AsyncResult(heard(this.#waits.signal(name, timeoutMs)));
  };

  readonly sleep = (name: string, ms: number): Promise<void> => heard(this.#waits.sleep(name, ms));
}

/** A wait that ends because the operation goes on elsewhere is no mistake of a handler that does something else. */
function heard<T>(waiting: Promise<T>): Promise<T> {
  waiting.catch(() => {});
  return waiting;
}

/** The context of one run of a handler. */
export function contextOf(
  { item }: QueueRun,
  signal: AbortSignal,
): OperationContext & Pick<HandedOver, "tracestate"> {
  const { cause } = item;
  return {
    requestId: cause?.startsWith("rpc:") ? cause.slice(4) : item.id,
    traceparent: item.traceparent,
    tracestate: item.tracestate,
    cause,
    signal,
  };
}
