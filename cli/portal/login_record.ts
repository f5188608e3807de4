import { createHash } from "node:crypto";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { newerFormat } from "../../contracts/json/newer_format.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { newerFormatError } from "../../reconcile/records/stored_fault_error.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { LoginRequest } from "./login_request.ts";

const FORMAT = "trellis.login.v1";
/** Browsers that may be at a provider for one login. */
const MOST_VISITS = 8;

/** Who has signed in on the page of a login. */
export interface SignedIn {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of what they have signed in by. */
  readonly proof: string;
  /** SHA-256 of what their browser shows. */
  readonly ticket: string;
}

/** A contract that is not approved yet. */
export interface PendingApproval {
  /** Who has to decide, and why. */
  readonly words: string;
  /** What shows it to them. */
  readonly command: string;
}

/** What a decision has led to for good. */
export type Outcome =
  | {
    readonly kind: "bound";
    /** What has to be decided first. */
    readonly pending?: PendingApproval;
  }
  | { readonly kind: "refused" };

/** What a decision has led to. */
export type Decision =
  | Outcome
  | { readonly kind: "failed"; readonly message: string; readonly hint: string };

/** A decision while a process carries it out. */
export interface Carrying {
  readonly verb: "approve" | "refuse";
  /** Names the process, this once. */
  readonly by: string;
  /** Times in milliseconds since 1970. */
  readonly decidedAt: number;
  /** Afterwards another process may carry it out. */
  readonly until: number;
}

/** What is kept of a login. */
export interface LoginRecord {
  readonly format: "trellis.login.v1";
  readonly request: LoginRequest;
  readonly address: string;
  readonly until: number;
  readonly person?: SignedIn;
  /** Hashes of what browsers come back with that are at a provider. */
  readonly visits?: readonly string[];
  readonly carrying?: Carrying;
  readonly outcome?: Outcome;
}

/** Reads a stored login. Errors: `newer_format`, `record_corrupt`. */
export function readLoginRecord(text: string): Result<LoginRecord, AuthorityError> {
  const value = readJson(text);
  const isLogin = isRecord(value) && value.format === FORMAT && isRecord(value.request) &&
    typeof value.address === "string" && typeof value.until === "number";
  if (isLogin) return ok(value as object as LoginRecord);
  const newer = newerFormat(value, FORMAT);
  if (newer !== undefined) return err(newerFormatError("a login", `its format is ${newer}`));
  return err(
    new AuthorityError(
      "record_corrupt",
      "a login holds nothing that Trellis has written",
      "ask again in the app or the terminal for a new link",
    ),
  );
}

/** Names what somebody signs in by, which cannot be told from it. */
export function proofOf({ password, identities }: UserRecord): string {
  return createHash("sha256").update(JSON.stringify([password, identities])).digest("base64url");
}

/** Whether a process carries out a decision. */
export function isCarriedOut({ carrying, outcome }: LoginRecord, now: number): boolean {
  return outcome === undefined && carrying !== undefined && carrying.until > now;
}

/** A login after a decision was carried out; undefined where another process has taken that over. */
export function withoutCarrying(
  { carrying, ...login }: LoginRecord,
  by: string,
  outcome: Outcome | undefined,
): LoginRecord | undefined {
  if (carrying?.by !== by) return undefined;
  return outcome === undefined ? login : { ...login, outcome };
}

/** A login for which one browser more is at a provider. */
export function withVisit(login: LoginRecord, visit: string): LoginRecord {
  return { ...login, visits: [...login.visits ?? [], visit].slice(-MOST_VISITS) };
}

/** A login for which a browser has come back; undefined where it had not gone. */
export function withoutVisit(login: LoginRecord, visit: string): LoginRecord | undefined {
  const visits = login.visits ?? [];
  if (!visits.includes(visit)) return undefined;
  return { ...login, visits: visits.filter((one) => one !== visit) };
}
