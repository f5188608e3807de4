/** What an instance says of an event. */
export interface Said {
  /** Who says it. */
  readonly name: string;
  /** `fail`: it is to be tried again. */
  readonly what: "begin" | "fail" | "end";
  readonly key: string;
  readonly n: number;
}

/**
 * Follows what instances say of events whose numbers count up for each key, in the order in which they have said
 * it, and finds what handling in order forbids. An event may come again when nobody knows that it was handled,
 * but none before it may, and never two of a key at once.
 */
export class OrderChecker {
  readonly faults: string[] = [];
  /** Events that were handled more than once. */
  again = 0;
  readonly #last = new Map<string, number>();
  readonly #open = new Map<string, string>();
  readonly #dead = new Set<string>();
  readonly #names = new Set<string>();

  /** Takes what was said next. */
  add({ name, what, key, n }: Said): void {
    const last = this.#last.get(key) ?? -1;
    const open = this.#open.get(key);
    if (what !== "begin") {
      this.#open.delete(key);
      if (what === "fail") return;
      this.#names.add(name);
      if (n <= last) this.again++;
      this.#last.set(key, Math.max(last, n));
      return;
    }
    this.#open.set(key, name);
    if (open !== undefined && !this.#dead.has(open)) {
      this.faults.push(`${key} ${n} begins in ${name} while ${open} is at work`);
    }
    if (n < last) this.faults.push(`${key} ${n} begins after ${last} has ended`);
    if (n > last + 1) this.faults.push(`${key} ${n} begins when ${last} was the last to end`);
  }

  /** An instance is gone, and will not say what became of what it had begun. */
  died(name: string): void {
    this.#dead.add(name);
  }

  /** Whether an instance has handled something. */
  hasWorked(name: string): boolean {
    return this.#names.has(name);
  }

  /** How many events an instance has in work. */
  inWork(name: string): number {
    return [...this.#open.values()].filter((holder) => holder === name).length;
  }

  /** How many events, of those before `n`, are left of the key that has most. */
  left(keys: readonly string[], n: number): number {
    return Math.max(...keys.map((key) => n - 1 - (this.#last.get(key) ?? -1)));
  }
}
