/** Milliseconds for which an answer counts: with the time that asking takes, less than a second. */
const FRESH_MS = 700;
/** Answers that are remembered at once. */
const MOST = 10_000;

interface Known<T> {
  readonly until: number;
  readonly answer: Promise<T>;
}

/** Answers by what they are about; asked for once for all who want one within a moment. */
export class FreshAnswers<T> {
  readonly #now: () => number;
  readonly #known = new Map<string, Known<T>>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The answer of this moment. */
  get(about: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#now();
    const known = this.#known.get(about);
    if (known !== undefined && known.until > now) return known.answer;
    const answer = ask();
    // Behind all others, so that the oldest go first.
    this.#known.delete(about);
    this.#known.set(about, { until: now + FRESH_MS, answer });
    answer.catch(() => this.#forget(about, answer));
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? "");
    return answer;
  }

  /** What failed is asked for again by the next who wants it. */
  #forget(about: string, answer: Promise<T>): void {
    if (this.#known.get(about)?.answer === answer) this.#known.delete(about);
  }
}
