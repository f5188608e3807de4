import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type Attempts, forgiven, type KnownAttempts, oneFewer, oneMore } from "./attempts.ts";

/** How many attempts are free, and how the wait grows behind them. */
export interface Limit {
  readonly free: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

/** Of one account: a typing mistake costs nothing, guessing gets four tries an hour. */
export const ACCOUNT_LIMIT: Limit = { free: 5, firstWaitMs: 1000, longestWaitMs: 15 * 60_000 };
/** Of one address, behind which many people may sit. */
export const ADDRESS_LIMIT: Limit = { free: 30, firstWaitMs: 1000, longestWaitMs: 15 * 60_000 };

/** How long the next attempt must wait, from now on; 0: it may be made. */
export function waitOf(attempts: Attempts | undefined, limit: Limit, now: number): number {
  if (attempts === undefined) return 0;
  const beyond = attempts.count - limit.free;
  if (beyond < 0) return 0;
  const wait = Math.min(limit.firstWaitMs * 2 ** beyond, limit.longestWaitMs);
  return Math.max(0, attempts.lastAt + wait - now);
}

/** Limits attempts to log in, by account and by address. */
export class LoginLimits {
  readonly #attempts: KnownAttempts;
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(attempts: KnownAttempts, now: () => number) {
    this.#attempts = attempts;
    this.#now = now;
  }

  /**
   * Asks to try a password: 0, or the milliseconds to wait. It counts before the password is looked at, so
   * that many attempts at once are no way around, wherever they are made.
   */
  async begin(account: string, address: string): Promise<Result<number, AuthorityError>> {
    const known = this.#attempts;
    const [ofAccount, ofAddress] = await Promise.all([
      known.get("account", account),
      known.get("address", address),
    ]);
    const before = [ofAccount.take(), ofAddress.take()] as const;
    const [accounts, addresses] = before;
    if (isErr(accounts)) return accounts;
    if (isErr(addresses)) return addresses;
    const now = this.#now();
    // Whoever has to wait writes nothing.
    const wait = Math.max(
      waitOf(accounts, ACCOUNT_LIMIT, now),
      waitOf(addresses, ADDRESS_LIMIT, now),
    );
    if (wait > 0) return ok(wait);
    const byAccount = (await this.#count("account", account, ACCOUNT_LIMIT)).take();
    if (isErr(byAccount) || byAccount > 0) return isErr(byAccount) ? byAccount : ok(byAccount);
    const byAddress = (await this.#count("address", address, ADDRESS_LIMIT)).take();
    if (!isErr(byAddress) && byAddress === 0) return ok(0);
    const taken = (await known.change("account", account, oneFewer)).take();
    if (isErr(taken)) return taken;
    return isErr(byAddress) ? byAddress : ok(byAddress);
  }

  /** The password was not looked at. */
  async takeBack(account: string, address: string): Promise<Result<void, AuthorityError>> {
    const taken = (await this.#attempts.change("account", account, oneFewer)).take();
    if (isErr(taken)) return taken;
    return (await this.#attempts.change("address", address, oneFewer)).map(() => {});
  }

  /** The password was right. An address keeps its other attempts: the guesser may have an account, too. */
  async succeeded(account: string, address: string): Promise<Result<void, AuthorityError>> {
    const forgotten = (await this.#attempts.change("account", account, forgiven)).take();
    if (isErr(forgotten)) return forgotten;
    return (await this.#attempts.change("address", address, oneFewer)).map(() => {});
  }

  /** Counts an attempt where none has to wait; else how long. */
  async #count(
    of: "account" | "address",
    who: string,
    limit: Limit,
  ): Promise<Result<number, AuthorityError>> {
    let wait = 0;
    const changed = await this.#attempts.change(of, who, (attempts, now) => {
      wait = waitOf(attempts, limit, now);
      return wait > 0 ? attempts : oneMore(attempts, now);
    });
    return changed.map(() => wait);
  }
}
