/**
 * What stands on the server behind groups, projections, relays and queues: streams, and durable consumers of them.
 * `nats/` implements the port; everything else here is plain data.
 *
 * @module
 */
import type { WorkKind } from "../../contracts/stored/work_names.ts";
import type { Result } from "../../contracts/result.ts";
import type { Deviation } from "./bucket.ts";
import type { BucketFailure } from "./buckets.ts";
import type { StreamLayout } from "./stream_layout.ts";

/** What a stream holds that a whole deployment has. */
export type SharedKind = "later" | "dead" | "steps" | "jobs" | "records" | "rates" | "transfer";

/** Whose a stream or a durable consumer is: written into its metadata. */
export interface WorkOwner {
  readonly deployment: string;
  /** What it is for; what is not of one of these is for the whole deployment. */
  readonly kind: WorkKind | SharedKind;
  /** The group, or the alias of the bucket; empty where it is for the whole deployment. */
  readonly name: string;
}

/** How a message is copied out of the stream of events. */
export interface LaneTransform {
  readonly from: string;
  readonly to: string;
}

/** What is declared of a stream. */
export interface WorkStreamSettings {
  readonly subjects: readonly string[];
  /** 0: for ever. */
  readonly maxAgeMs: number;
  /** Whether a message may wait in it for its time; servers from 2.12. */
  readonly schedules: boolean;
  /** Whether single messages may be removed from it. */
  readonly removable: boolean;
  /** What it copies out of the stream of events; nothing where it has subjects of its own. */
  readonly transforms: readonly LaneTransform[];
  /** Messages kept of each subject; left out: all. */
  readonly history?: number;
  /** Room for all of it, in bytes; left out: no limit. */
  readonly maxBytes?: number;
  /** Single messages may have a time of their own; only told of streams that need it, where servers can. */
  readonly messageTtls?: true;
}

/** What is declared of a durable consumer. */
export interface ConsumerSettings {
  readonly filters: readonly string[];
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
  /** Whether an acknowledgement is for everything before it as well. */
  readonly ackAll: boolean;
}

/** A stream that a deployment is to have. */
export interface WorkStream {
  readonly name: string;
  readonly owner: WorkOwner;
  readonly settings: WorkStreamSettings;
}

/** A durable consumer that a deployment is to have. */
export interface WorkConsumer {
  readonly stream: string;
  readonly name: string;
  readonly owner: WorkOwner;
  readonly settings: ConsumerSettings;
}

/** Names a durable consumer. */
export type ConsumerRef = Pick<WorkConsumer, "stream" | "name">;

/** A stream as it is. */
export interface WorkStreamState extends Omit<WorkStream, "owner"> {
  /** Undefined when its metadata does not say that it is a deployment's. */
  readonly owner: WorkOwner | undefined;
  /** When it was made. */
  readonly created: string;
  /** Whether it was restored, perhaps from another one, and has the sequences that it had there. */
  readonly isRestored: boolean;
  /** When its first message was stored, where earlier ones are gone. */
  readonly lostBefore?: string;
  /** How many messages are in it. */
  readonly messages: number;
  /** Its last sequence, of whatever message. */
  readonly lastSequence: number;
  /** The first sequence of the stream of events that is not in it, if it is a copy. */
  readonly copiesFrom?: number;
  /** The sequence of the stream of events with which the copy was told to begin. */
  readonly copiesSince?: number;
  /** Where it differs from what all such streams have. */
  readonly deviations: readonly Deviation[];
}

/** A durable consumer as it is. */
export interface WorkConsumerState extends Omit<WorkConsumer, "owner"> {
  /** Undefined when its metadata does not say that it is a deployment's. */
  readonly owner: WorkOwner | undefined;
  /** Everything up to this sequence of the stream is settled. */
  readonly floor: number;
  /** Waiting, and in work. */
  readonly pending: number;
  readonly inWork: number;
  /** Until when nothing is delivered, ISO 8601; missing: it is not paused. */
  readonly pausedUntil?: string;
  /** Where it differs from what all such consumers have; what cannot be repaired takes a new one. */
  readonly deviations: readonly Deviation[];
}

/** What is to be stored in a stream of queues. */
export interface WorkMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A message of a stream. */
export interface StoredWork extends WorkMessage {
  readonly stream: string;
  readonly sequence: number;
  /** When it was stored. */
  readonly at: Date;
}

/** Where a new consumer, or a new copy, begins. */
export type Start =
  | { readonly from: "new" }
  | { readonly from: "all" }
  | { readonly from: "sequence"; readonly sequence: number };

/** What the server can do. */
export interface WorkAbilities {
  /** Messages that wait for their time. */
  readonly schedules: boolean;
  /** Single messages that expire by themselves. */
  readonly messageTtls: boolean;
  /** One expectation about several subjects. */
  readonly wideExpectations: boolean;
}

/** Reads and changes streams and durable consumers. Only the reconciler calls it. */
export interface WorkStreams {
  readonly abilities: WorkAbilities;
  /** The same, where new streams are kept so, and others that are not have deviations. */
  under(layout: StreamLayout): WorkStreams;
  /** The last message of a subject, which may have wildcards; undefined where there is none. */
  lastMessage(
    stream: string,
    subject: string,
  ): Promise<Result<StoredWork | undefined, BucketFailure>>;
  /** The subjects of a stream that match a filter. */
  subjects(stream: string, filter: string): Promise<Result<readonly string[], BucketFailure>>;
  /** Stores a message; one that the stream has already is no failure. */
  publish(message: WorkMessage): Promise<Result<void, BucketFailure>>;
  /** Removes a message; succeeds when it is gone already. */
  removeMessage(stream: string, sequence: number): Promise<Result<void, BucketFailure>>;
  /** A stream as it is; undefined when it is not there. */
  stream(name: string): Promise<Result<WorkStreamState | undefined, BucketFailure>>;
  /** A consumer as it is; undefined when it, or its stream, is not there. */
  consumer(ref: ConsumerRef): Promise<Result<WorkConsumerState | undefined, BucketFailure>>;
  /** The first sequence of the stream of events that the lanes of a copy have not settled. */
  resumesAt(
    stream: WorkStreamState,
    lanes: readonly WorkConsumerState[],
  ): Promise<Result<number, BucketFailure>>;
  /** Makes a stream, or changes it. `copyFrom`: where a copy begins, or goes on. */
  putStream(
    stream: WorkStream,
    isNew: boolean,
    copyFrom?: number,
  ): Promise<Result<void, BucketFailure>>;
  /** Makes a consumer, paused as long as it is said. */
  addConsumer(
    consumer: WorkConsumer,
    start: Start,
    pausedUntil?: string,
  ): Promise<Result<void, BucketFailure>>;
  /** Changes a consumer in its place. */
  updateConsumer(consumer: WorkConsumer): Promise<Result<void, BucketFailure>>;
  /** Removes a consumer, and what waits for it under these subjects; succeeds when it is gone already. */
  deleteConsumer(
    ref: ConsumerRef,
    waiting: readonly string[],
  ): Promise<Result<void, BucketFailure>>;
  /** Removes a stream with what is in it; succeeds when it is gone already. */
  deleteStream(name: string): Promise<Result<void, BucketFailure>>;
}

/** Whether something is a deployment's own; its name may be an earlier one. */
export function isOwn(
  { owner }: { readonly owner: WorkOwner | undefined },
  by: WorkOwner,
): boolean {
  return owner?.deployment === by.deployment && owner.kind === by.kind;
}

/** The key of a consumer, as `trellis_events/group__shop__mailer`. */
export function consumerKey({ stream, name }: ConsumerRef): string {
  return `${stream}/${name}`;
}
