import type { Result } from "../../contracts/result.ts";
import type { Impact, ImpactQuestion } from "../changes/impact.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { ResourceKind } from "../resources/kinds.ts";
import type { QueueTarget } from "./queue_target.ts";
import type { ProjectionTarget } from "./projection_target.ts";
import type { TransferTarget } from "./transfer_target.ts";

/** Reads what is in buckets, to find out what a change would cost. Changes nothing. */
export interface BucketScanner {
  /**
   * Answers all questions about a bucket in one pass; the impacts stand at the places of the
   * questions. A bucket that is not there has no impact.
   */
  scan(
    bucket: string,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
  /** The same of a store, whose objects take the place of values. */
  scanStore(
    store: string,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
  /** The same of the entries of a state store. */
  scanState(
    target: Omit<StateTarget, "kind">,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
  /** The same of the stored events of one name, and of those that groups have not settled yet. */
  scanEvent(
    target: Omit<EventTarget, "kind">,
    questions: readonly ImpactQuestion[],
    options?: ScanOptions,
  ): Promise<Result<readonly Impact[], BucketFailure>>;
  /** What waits for a group and is in work; undefined where it has no consumers. */
  scanGroup(target: GroupTarget): Promise<Result<Impact | undefined, BucketFailure>>;
  /** What a change concerns of a queue, and of its dead letters. */
  scanQueue(target: QueueTarget, options?: ScanOptions): Promise<Result<Impact, BucketFailure>>;
  /** The files that are on their way; undefined where none has ever been. */
  scanTransfer(target: TransferTarget): Promise<Result<Impact | undefined, BucketFailure>>;
  /** What it takes to make a projection again, and which of its keys would not be made. */
  scanProjection(
    target: ProjectionTarget,
    options?: ScanOptions,
  ): Promise<Result<Impact, BucketFailure>>;
}

/** A group, as it stands on the server. */
export interface GroupTarget {
  readonly deployment: string;
  /** As it is declared. */
  readonly alias: string;
  /** As it stands in subjects. */
  readonly group: string;
  /** Its consumers by stream and name. */
  readonly consumers: readonly string[];
  /** Only this event is asked about. */
  readonly event?: string;
}

/** What is scanned. */
export type ScanTarget =
  | { readonly kind: ResourceKind; readonly name: string }
  | StateTarget
  | EventTarget;

/** The stored events of one name, and who consumes them. */
export interface EventTarget {
  readonly kind: "event";
  /** As `Order.Placed`. */
  readonly name: string;
  /** Their subjects in the stream of events. */
  readonly filter: string;
  readonly groups: readonly EventGroup[];
}

/** A group that consumes an event. */
export interface EventGroup {
  readonly deployment: string;
  /** As it is declared. */
  readonly group: string;
  /** Its consumers, each with the subjects that the event has there. */
  readonly sources: readonly {
    readonly stream: string;
    readonly consumer: string;
    readonly filter: string;
  }[];
}

/** The entries of one state store, of all who have some. */
export interface StateTarget {
  readonly kind: "state";
  /** Contract id. */
  readonly contract: string;
  readonly store: string;
  /** `value` or `map`: entries of the other form are not its. */
  readonly form: string;
}

/** What a target is called, as `bucket orders`. */
export function targetName(target: ScanTarget): string {
  if (target.kind === "state") return `state store ${target.store}`;
  if (target.kind === "event") return `stored events ${target.name}`;
  return `${target.kind === "kv" ? "bucket" : "store"} ${target.name}`;
}

/** Scans what a target is. */
export function scanTarget(
  scanner: BucketScanner,
  target: ScanTarget,
  questions: readonly ImpactQuestion[],
  options?: ScanOptions,
): ReturnType<BucketScanner["scan"]> {
  switch (target.kind) {
    case "kv":
      return scanner.scan(target.name, questions, options);
    case "store":
      return scanner.scanStore(target.name, questions, options);
    case "state":
      return scanner.scanState(target, questions, options);
    case "event":
      return scanner.scanEvent(target, questions, options);
  }
}

/** How a bucket is scanned. */
export interface ScanOptions {
  /** Milliseconds after which the scan ends with what it has found; 10000 unless given. */
  readonly timeLimitMs?: number;
  /** Called now and then with how many of how many revisions were looked at. */
  readonly progress?: (scanned: number, total: number) => void;
  readonly signal?: AbortSignal;
}
