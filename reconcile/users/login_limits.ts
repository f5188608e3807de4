import { AttemptCounts, type Attempts } from "./attempt_counts.ts";

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

/** Remembers attempts to log in, of so many accounts and addresses at most. */
export class LoginLimits {
  // Kept apart: whoever tries thousands of names must not push out what is known of addresses.
  readonly #accounts: AttemptCounts;
  readonly #addresses: AttemptCounts;

  /**
   * @param now milliseconds
   * @param most accounts, and addresses, that are remembered
   */
  constructor(private readonly now: () => number, most = 10_000) {
    this.#accounts = new AttemptCounts(most);
    this.#addresses = new AttemptCounts(most);
  }

  /**
   * Asks to try a password: 0, or the milliseconds to wait. It counts before the password is looked at, so
   * that many attempts at once are no way around.
   */
  begin(account: string, address: string): number {
    const now = this.now();
    const wait = Math.max(
      waitOf(this.#accounts.get(account, now), ACCOUNT_LIMIT, now),
      waitOf(this.#addresses.get(address, now), ADDRESS_LIMIT, now),
    );
    if (wait > 0) return wait;
    this.#accounts.add(account, now);
    this.#addresses.add(address, now);
    return 0;
  }

  /** The password was not looked at. */
  takeBack(account: string, address: string): void {
    this.#accounts.takeBack(account);
    this.#addresses.takeBack(address);
  }

  /** The password was right. An address keeps its other attempts: the guesser may have an account, too. */
  succeeded(account: string, address: string): void {
    this.#accounts.forget(account);
    this.#addresses.takeBack(address);
  }
}
