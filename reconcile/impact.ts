import type { JsonObject } from "../contracts/json.ts";

/** What happens to the data that a change concerns. */
export type ImpactEffect =
  /** The server drops it. */
  | "dropped"
  /** It stays, but reading it as the new schema says is an error. */
  | "invalid"
  /** It stays, but cannot be written again as it is. */
  | "too_large"
  /** It stays where nothing is bound to it any more. */
  | "detached";

/** One of the first entries that a change concerns. */
export interface AffectedEntry {
  readonly key: string;
  /** ISO date-time at which it was written. */
  readonly createdAt: string;
  /** JSON pointer into the value, and what is wrong there. */
  readonly path?: string;
  readonly problem?: string;
}

/** What a change means for the data of a bucket or store, in numbers. */
export interface Impact {
  /** Physical name of the bucket or store. */
  readonly bucket: string;
  readonly effect: ImpactEffect;
  /** Keys concerned. */
  readonly values: number;
  /** Revisions concerned, older ones of the same key included. */
  readonly revisions: number;
  /** Their size. */
  readonly bytes: number;
  /** The first few, in the order in which they were written. */
  readonly first: readonly AffectedEntry[];
  /** False when the scan ended before the data did: the numbers are then at least so high. */
  readonly complete: boolean;
  /** Revisions looked at. */
  readonly scanned: number;
  /** ISO date-time of the scan. */
  readonly at: string;
}

/** What a scan is to find out about a bucket. */
export type ImpactQuestion =
  /** What a smaller history would drop. */
  | { readonly kind: "history"; readonly keep: number }
  /** What a shorter life would drop. */
  | { readonly kind: "ttl"; readonly ttlMs: number }
  /** What would be too large to be written again. */
  | { readonly kind: "maxValueBytes"; readonly limit: number }
  /** What would no longer validate. */
  | { readonly kind: "schema"; readonly schema: JsonObject | boolean }
  /** Everything that is there. */
  | { readonly kind: "all" };
