/** Attempts of one account, or from one address, that have not succeeded. */
export interface Attempts {
  readonly count: number;
  /** When the last one was, in milliseconds. */
  readonly lastAt: number;
}

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

/** Attempts are forgotten when nothing was tried for so long. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/** How long the next attempt must wait, from now on; 0: it may be made. */
export function waitOf(attempts: Attempts | undefined, limit: Limit, now: number): number {
  if (attempts === undefined || isForgotten(attempts, now)) return 0;
  const beyond = attempts.count - limit.free;
  if (beyond < 0) return 0;
  const wait = Math.min(limit.firstWaitMs * 2 ** beyond, limit.longestWaitMs);
  return Math.max(0, attempts.lastAt + wait - now);
}

function isForgotten({ lastAt }: Attempts, now: number): boolean {
  return now - lastAt >= FORGOTTEN_AFTER_MS;
}

/** Remembers attempts to log in, of so many accounts and addresses at most. */
export class LoginLimits {
  // Kept apart: whoever tries thousands of names must not push out what is known of addresses.
  readonly #accounts = new Map<string, Attempts>();
  readonly #addresses = new Map<string, Attempts>();

  /**
   * @param now milliseconds
   * @param most accounts, and addresses, that are remembered
   */
  constructor(private readonly now: () => number, private readonly most = 10_000) {}

  /**
   * Asks to try a password: 0, or the milliseconds to wait. It counts before the password is looked at, so
   * that many attempts at once are no way around.
   */
  begin(account: string, address: string): number {
    const now = this.now();
    const wait = Math.max(
      waitOf(this.#accounts.get(account), ACCOUNT_LIMIT, now),
      waitOf(this.#addresses.get(address), ADDRESS_LIMIT, now),
    );
    if (wait > 0) return wait;
    this.#count(this.#accounts, account, now);
    this.#count(this.#addresses, address, now);
    return 0;
  }

  /** The password was right. An address keeps its other attempts: the guesser may have an account, too. */
  succeeded(account: string, address: string): void {
    this.#accounts.delete(account);
    const attempts = this.#addresses.get(address);
    if (attempts !== undefined) {
      this.#addresses.set(address, { ...attempts, count: attempts.count - 1 });
    }
  }

  #count(known: Map<string, Attempts>, key: string, now: number): void {
    const before = known.get(key);
    const count = before === undefined || isForgotten(before, now) ? 1 : before.count + 1;
    // The one that was tried last stands last, so the first is the one to forget.
    known.delete(key);
    known.set(key, { count, lastAt: now });
    const [oldest] = known.keys();
    if (known.size > this.most && oldest !== undefined) known.delete(oldest);
  }
}
