import type {
  ConsumerRef,
  Start,
  WorkConsumer,
  WorkMessage,
  WorkStream,
} from "../resources/work_streams.ts";
import type { FieldChange } from "../resources/bucket.ts";
import type { WorkRow } from "./work_row.ts";

/** What every action is about: a row, and the stream or consumer of it. */
interface OnWork {
  readonly subject: {
    readonly kind: WorkRow["kind"];
    /** The group, the alias of the bucket, or the queue; empty for what all share. */
    readonly alias: string;
    /** Name of the stream, or stream and name of the consumer; of a schedule, its own. */
    readonly name: string;
  };
}

/** A new stream. */
export interface CreateStream extends OnWork {
  readonly kind: "create_stream";
  readonly stream: WorkStream;
  /** Of a copy: the first sequence of the stream of events that goes into it. */
  readonly copyFrom?: number;
  /** True when there was one, which is gone. */
  readonly lost: boolean;
}

/** A stream follows what is declared, or a change that was made outside Trellis is undone. */
export interface ChangeStream extends OnWork {
  readonly kind: "update_stream" | "repair_stream";
  readonly stream: WorkStream;
  readonly changes: readonly FieldChange[];
  /** Of a copy: where it goes on. */
  readonly copyFrom?: number;
}

/** A stream that nothing is declared for any more goes, with what is in it. */
export interface DeleteStream extends OnWork {
  readonly kind: "delete_stream";
}

/** A new durable consumer. */
export interface CreateConsumer extends OnWork {
  readonly kind: "create_consumer";
  readonly consumer: WorkConsumer;
  readonly start: Start;
  /** Until when it is paused, as others of its queue are. */
  readonly pausedUntil?: string;
  /** True when there was one, which is gone, and where it stood with it. */
  readonly lost: boolean;
}

/** A consumer follows what is declared, or a change that was made outside Trellis is undone. */
export interface ChangeConsumer extends OnWork {
  readonly kind: "update_consumer" | "repair_consumer";
  readonly consumer: WorkConsumer;
  readonly changes: readonly FieldChange[];
}

/** Nothing new is delivered to a consumer any more; what it has in work ends there. */
export interface HoldConsumer extends OnWork {
  readonly kind: "hold_consumer";
  readonly consumer: WorkConsumer;
}

/** A consumer goes: nothing is declared for it, or it has to be made again. */
export interface DeleteConsumer extends OnWork {
  readonly kind: "delete_consumer";
  readonly consumer: ConsumerRef;
  /** Subjects of what waits for it alone. */
  readonly waiting: readonly string[];
}

/** The server is to repeat a message by the calendar. */
export interface PutSchedule extends OnWork {
  readonly kind: "put_schedule";
  readonly message: WorkMessage;
  /** False when it was another one before. */
  readonly isNew: boolean;
}

/** The server repeats nothing of it any more. */
export interface RemoveSchedule extends OnWork {
  readonly kind: "remove_schedule";
  readonly stream: string;
  readonly sequence: number;
}

/** A job of a schedule is created, whose time has passed while the server was down. */
export interface MakeUp extends OnWork {
  readonly kind: "make_up";
  readonly message: WorkMessage;
}

/** One step that leads from what the server has to what groups, projections, relays and queues need. */
export type WorkAction =
  | CreateStream
  | ChangeStream
  | DeleteStream
  | CreateConsumer
  | ChangeConsumer
  | HoldConsumer
  | PutSchedule
  | RemoveSchedule
  | MakeUp
  | DeleteConsumer;

/** Where a new consumer goes on, in words. */
export function startText(start: Start): string {
  switch (start.from) {
    case "new":
      return "from now on";
    case "all":
      return "from the first message that is there";
    case "sequence":
      return `from message ${start.sequence} on`;
  }
}
