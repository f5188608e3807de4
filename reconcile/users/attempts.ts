import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { PassingRecords } from "./passing_records.ts";

/** Attempts of one account, or from one address, that have not succeeded. */
export interface Attempts {
  readonly count: number;
  /** When the last one was, in milliseconds. */
  readonly lastAt: number;
}

/** Whose attempts are counted; failures are counted to tell of them. */
export type AttemptsOf = "account" | "address" | "failures";

/** Attempts are forgotten when nothing was tried for so long. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;
/** How often a change is tried again when somebody else changed the same attempts meanwhile. */
const TRIES = 16;
/** Milliseconds between two tries, at most. */
const LONGEST_PAUSE_MS = 20;

/** One attempt more. */
export function oneMore(attempts: Attempts | undefined, now: number): Attempts {
  return { count: (attempts?.count ?? 0) + 1, lastAt: now };
}

/** One attempt fewer. */
export function oneFewer(attempts: Attempts | undefined): Attempts | undefined {
  return attempts && { ...attempts, count: Math.max(0, attempts.count - 1) };
}

/** No attempt any more. */
export function forgiven(attempts: Attempts | undefined): Attempts | undefined {
  return attempts && { ...attempts, count: 0 };
}

/** Knows of attempts, as all who let people in do together. */
export class KnownAttempts {
  readonly #records: PassingRecords;
  readonly #now: () => number;

  /**
   * @param records where they are kept, for an hour
   * @param now milliseconds
   */
  constructor(records: PassingRecords, now: () => number) {
    this.#records = records;
    this.#now = now;
  }

  /** The attempts of somebody; undefined when there are none, or they are forgotten. */
  async get(of: AttemptsOf, who: string): Promise<Result<Attempts | undefined, AuthorityError>> {
    return (await this.#read(keyOf(of, who))).map(({ attempts }) => attempts);
  }

  /**
   * Changes the attempts of somebody by compare-and-set, and answers them as they are then. Nothing is
   * written where `change` answers what it was given.
   */
  async change(
    of: AttemptsOf,
    who: string,
    change: (attempts: Attempts | undefined, now: number) => Attempts | undefined,
  ): Promise<Result<Attempts | undefined, AuthorityError>> {
    const key = keyOf(of, who);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const read = (await this.#read(key)).take();
      if (isErr(read)) return read;
      const { attempts, revision } = read;
      const changed = change(attempts, this.#now());
      if (changed === attempts || changed === undefined) return ok(attempts);
      const written = (await this.#records.write(key, JSON.stringify(changed), revision)).take();
      if (isErr(written)) return written;
      if (written === "written") return ok(changed);
      if (written === "full") break;
      // Two who are in each other's way are not so again.
      await delay(Math.random() * LONGEST_PAUSE_MS);
    }
    return err(tooMany());
  }

  async #read(
    key: string,
  ): Promise<
    Result<
      { readonly attempts: Attempts | undefined; readonly revision: number | undefined },
      AuthorityError
    >
  > {
    return (await this.#records.read(key)).map((record) => {
      const attempts = record && readAttempts(record.text);
      const isForgotten = attempts !== undefined &&
        this.#now() - attempts.lastAt >= FORGOTTEN_AFTER_MS;
      return { attempts: isForgotten ? undefined : attempts, revision: record?.revision };
    });
  }
}

/** What was typed as a name may be a password, and is kept in no other form. */
function keyOf(of: AttemptsOf, who: string): string {
  return `${of}.${createHash("sha256").update(who).digest("base64url")}`;
}

function readAttempts(text: string): Attempts | undefined {
  const value = readJson(text);
  if (!isRecord(value)) return undefined;
  const { count, lastAt } = value;
  return typeof count === "number" && typeof lastAt === "number" ? { count, lastAt } : undefined;
}

function tooMany(): AuthorityError {
  return new AuthorityError(
    "too_many_conflicts",
    "too many people are logging in at this moment",
    "try again in a few seconds",
  );
}
