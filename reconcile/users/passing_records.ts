import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";

/** A record that was read. */
export interface PassingRecord {
  readonly text: string;
  readonly revision: number;
}

/**
 * What became of a write. `outdated`: somebody else was faster; `full`: nothing more is kept.
 */
export type PassingWrite = "written" | "outdated" | "full";

/** Records that pass by themselves some time after their last write, shared by all who let people in. */
export interface PassingRecords {
  /** The latest record, never an older one; undefined where there is none. */
  read(key: string): Promise<Result<PassingRecord | undefined, AuthorityError>>;
  /**
   * Writes a record that still has a revision.
   *
   * @param revision undefined: where there is none
   */
  write(
    key: string,
    text: string,
    revision: number | undefined,
  ): Promise<Result<PassingWrite, AuthorityError>>;
  /** Waits until a record is not of a revision any more, or for so many milliseconds. */
  changed(key: string, revision: number, withinMs: number): Promise<Result<void, AuthorityError>>;
  /** Removes a record. */
  remove(key: string): Promise<Result<void, AuthorityError>>;
  /** How many keys there are below another one, and which share of the bytes all records take: 0 to 1. */
  room(
    key: string,
  ): Promise<Result<{ readonly count: number; readonly used: number }, AuthorityError>>;
}
