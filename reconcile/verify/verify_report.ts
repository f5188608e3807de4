/** What a check of stored histories can find. */
export type FindingCode =
  | "record.missing"
  | "record.unreadable"
  | "record.newer"
  | "record.changed"
  | "plan.missing"
  | "plan.unreadable"
  | "plan.changed"
  | "plan.orphaned"
  | "archive.missing"
  | "archive.changed"
  | "chain.broken"
  | "decision.changed"
  | "entry.changed"
  | "signature.missing"
  | "signature.foreign"
  | "signature.wrong"
  | "desired.differs"
  | "mode.differs"
  | "pending.differs"
  | "materialized.differs"
  | "bindings.differ"
  | "bucket.unknown"
  | "audit.missing"
  | "session.unrecorded"
  | "user.unrecorded"
  | "head.missing";

/** One thing that is not as Trellis left it. */
export interface Finding {
  readonly code: FindingCode;
  /** `record`, `decision 3`, `plan 01J…`, `bindings`. */
  readonly where: string;
  /** What is wrong there. */
  readonly message: string;
}

/** What checking one history found. */
export interface ChainReport {
  /** Hashes of all links; the last is the head. */
  readonly hashes: readonly string[];
  /** The first link from which on all are signed; undefined where the last is not. */
  readonly signedFrom: number | undefined;
  /** Empty: everything is as Trellis left it. */
  readonly findings: readonly Finding[];
  /** To know, without being wrong. */
  readonly notes: readonly string[];
}

/** What checking a deployment found. */
export interface VerifyReport extends ChainReport {
  readonly deployment: string;
  /** Version of the desired state that the history leads to. */
  readonly version: number;
}

/** Adds a finding. */
export type Find = (code: FindingCode, where: string, message: string) => void;

/** Adds what is to be known, and is not wrong. */
export type Note = (message: string) => void;
