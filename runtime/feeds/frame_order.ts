/** How long a frame may be on its way after a later one, as when a connection is replaced, in milliseconds. */
const LATE_MS = 1000;

/**
 * Puts numbered frames in order. While a connection is replaced both carry them: they come twice, and not in order;
 * one that does not come at all is lost.
 */
export class FrameOrder<F extends { readonly seq: number }> {
  readonly #early = new Map<number, F>();
  #last = 0;
  #claimed = 0;
  #behindSince: number | undefined;

  /** Sequence of the last frame in order. */
  get last(): number {
    return this.#last;
  }

  /** Takes a frame, and answers those that are next by now. @param now in milliseconds, as all times here */
  take(frame: F, now: number): readonly F[] {
    if (frame.seq <= this.#last) return [];
    if (frame.seq === this.#last + 1 && this.#early.size === 0) {
      this.#last = frame.seq;
      if (this.#behindSince !== undefined) this.#note(now, true);
      return [frame];
    }
    this.#early.set(frame.seq, frame);
    const next: F[] = [];
    for (;;) {
      const found = this.#early.get(this.#last + 1);
      if (found === undefined) break;
      this.#early.delete(++this.#last);
      next.push(found);
    }
    this.#note(now, next.length > 0);
    return next;
  }

  /** The sender says how many it has sent. */
  claim(sent: number, now: number): void {
    this.#claimed = Math.max(this.#claimed, sent);
    this.#note(now, false);
  }

  /** True when a frame is missing for so long that it does not come any more. */
  isBroken(now: number): boolean {
    return this.#behindSince !== undefined && now - this.#behindSince > LATE_MS;
  }

  #note(now: number, hasProgress: boolean): void {
    const isBehind = this.#early.size > 0 || this.#claimed > this.#last;
    if (!isBehind) this.#behindSince = undefined;
    else if (hasProgress || this.#behindSince === undefined) this.#behindSince = now;
  }
}
