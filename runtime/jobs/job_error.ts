import type { Static, TLiteral, TObject, TOptional, TString, TUnsafe } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";

/** Every way in which a job can be refused, or end without a result; tell errors apart by it. */
export type JobErrorReason =
  /** One with the same key is not finished: `id` is its id. */
  | "duplicate"
  /** As many as may wait do. */
  | "full"
  /** The server, or the queue, cannot do what is asked. */
  | "unsupported"
  /** There is none of this id, or not any more. */
  | "not_found"
  /** It was given up: a dead letter says why. */
  | "dead"
  /** Somebody cancelled it. */
  | "cancelled"
  /** Its deadline has passed. */
  | "expired"
  /** It is in work, and its queue keeps nothing by which it could be told to end. */
  | "running";

const REASONS: readonly JobErrorReason[] = [
  "duplicate",
  "full",
  "unsupported",
  "not_found",
  "dead",
  "cancelled",
  "expired",
  "running",
];

const JobErrorDataSchema: TObject<{
  type: TLiteral<"JobError">;
  message: TString;
  reason: TUnsafe<JobErrorReason>;
  queue: TString;
  id: TOptional<TString>;
}> = Type.Object({
  type: Type.Literal("JobError"),
  message: Type.String(),
  reason: Type.Unsafe<JobErrorReason>({ type: "string", enum: [...REASONS] }),
  queue: Type.String(),
  id: Type.Optional(Type.String()),
});

/** Wire data of a {@link JobError}. */
export type JobErrorData = Static<typeof JobErrorDataSchema>;

/**
 * A job was not created, or has no result.
 *
 * ```ts ignore
 * const sent = await client.jobs.sendMail.create(mail).take();
 * if (isErr(sent) && sent.error.name === "JobError") log(sent.error.reason, sent.error.id);
 * ```
 */
export class JobError extends TrellisError<JobErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof JobErrorDataSchema = JobErrorDataSchema;
  /** The wire type. */
  override readonly name = "JobError" as const;
  /** Closed list of what can go wrong; tell errors apart by it. */
  readonly reason: JobErrorReason;
  /** The queue. */
  readonly queue: string;
  /** The job that it is about; for `duplicate`, the one that is there. */
  readonly id: string | undefined;

  /** Made from its parts. */
  constructor(
    options: ErrorOptions & {
      reason: JobErrorReason;
      message: string;
      queue: string;
      id?: string | undefined;
    },
  ) {
    super(options);
    this.reason = options.reason;
    this.queue = options.queue;
    this.id = options.id;
  }

  /** The data that goes on the wire. */
  override toSerializable(): JobErrorData {
    const { reason, message, queue, id } = this;
    return { type: this.name, message, reason, queue, ...(id === undefined ? {} : { id }) };
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: JobErrorData): JobError {
    return new JobError(data);
  }
}
