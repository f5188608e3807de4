import type { ChangeCode, DangerousChangeCode } from "./change_code.ts";

/** What is known of a change that costs nothing. */
export interface SafeEntry {
  readonly severity: "safe";
  /** What happens, in a few words. */
  readonly title: string;
  /** Why it is safe: the rest of a sentence that begins with "because". */
  readonly reason: string;
}

/** What is known of a change that waits for a person. */
export interface DangerousEntry {
  readonly severity: "dangerous";
  /** What happens, in a few words. */
  readonly title: string;
  /** Why it is dangerous: the rest of a sentence that begins with "because". */
  readonly reason: string;
  /** What can go wrong, in sentences. */
  readonly danger: string;
  /** What to do instead, or before accepting it, in sentences. */
  readonly wayOut: string;
}

/** One entry of the catalogue of changes. */
export type ChangeEntry = SafeEntry | DangerousEntry;

/** Entries for a set of codes: none may be missing, and each has the severity of its code. */
export type Entries<Code extends ChangeCode> = {
  readonly [C in Code]: C extends DangerousChangeCode ? DangerousEntry : SafeEntry;
};
