import type { StateEntryRecord } from "../../contracts/stored/state_entry.ts";
import type { Impact } from "../changes/impact.ts";

/** A stored revision, as a scan comes across it. */
export interface ScannedRevision {
  readonly key: string;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAt: number;
  /** Size of the value. */
  readonly bytes: number;
  /** True for the marker of a deletion, which holds no value. */
  readonly marker: boolean;
  /** The value, where the scan reads values; it may be overwritten once the call is over. */
  readonly value?: Uint8Array;
  /** True for an event that waits in a bucket: it is none of its values. */
  readonly isEvent?: true;
  /** Set where the revision is an entry of state. */
  readonly state?: ScannedState;
}

/** An entry of state. */
export interface ScannedState {
  /** Stands for whose it is: the key says it, whatever is stored. */
  readonly holder: string;
  /** Undefined where what is stored is no entry. */
  readonly entry: StateEntryRecord | undefined;
}

/** The part of an impact that is counted. */
export type ImpactCount = Pick<
  Impact,
  "values" | "revisions" | "bytes" | "first" | "holders" | "damaged"
>;
