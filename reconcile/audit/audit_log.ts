import type { Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { AuditEntry, AuditEvent } from "./audit_entry.ts";

/**
 * The audit history of what nothing else keeps. Several processes append to it at once. First an event is
 * appended, then it is done: a process that is ended in between leaves an entry too many, and never a deed
 * without its entry.
 */
export interface AuditLog {
  /**
   * Adds an event at the end, signed by whoever opened the log. Errors: `unavailable`.
   *
   * @param once names what several processes carry out: within two minutes only the first of them adds it
   */
  append(event: AuditEvent, once?: string): Promise<Result<AuditEntry, AuthorityError>>;
  /** Every entry as it is stored, oldest first; those behind a place where one is given. */
  read(after?: number): Promise<Result<readonly string[], AuthorityError>>;
}
