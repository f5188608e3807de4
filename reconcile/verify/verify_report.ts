/** What a check of stored records can find. */
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
  | "decision.impossible"
  | "desired.differs"
  | "mode.differs"
  | "pending.differs"
  | "retired.differs"
  | "materialized.differs"
  | "bindings.differ"
  | "bucket.unknown"
  | "expected.missing";

/** One thing that is not as Trellis left it. */
export interface Finding {
  readonly code: FindingCode;
  /** `record`, `decision 3`, `plan 01J…`, `bindings`. */
  readonly where: string;
  /** What is wrong there. */
  readonly message: string;
}

/** What checking a deployment found. */
export interface VerifyReport {
  readonly deployment: string;
  /** Version of the desired state that the history leads to. */
  readonly version: number;
  /** Decisions in the whole history. */
  readonly decisions: number;
  /** Hash of the last decision; kept elsewhere, it proves later that the history was not rewritten. */
  readonly head: string | undefined;
  /** Empty: everything is as Trellis left it. */
  readonly findings: readonly Finding[];
  /** To know, without being wrong. */
  readonly notes: readonly string[];
}

/** Adds a finding. */
export type Find = (code: FindingCode, where: string, message: string) => void;

/** Adds what is to be known, and is not wrong. */
export type Note = (message: string) => void;
