import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { unrefTimer } from "../../../runtime/nats/unref_timer.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { ConsoleLogin } from "./kept_logins.ts";
import type { OpenVisitor } from "./open_visitor.ts";

/** Connections at once. */
const MOST = 32;
/** Milliseconds that a connection stays open which nobody uses. */
const IDLE_MS = 5 * 60_000;

/** The connection of one browser. */
interface Seat {
  readonly opening: Promise<Result<OpenVisitor, ExplainedError>>;
  /** Requests that use it. */
  holds: number;
  /** Closes it when nobody has used it for a while. */
  idle?: ReturnType<typeof setTimeout>;
}

/** A visitor while a request uses their connection. */
export interface HeldVisitor extends OpenVisitor {
  /** The request is over. */
  release(): void;
}

/** The connections of those who are here: opened when a browser asks for something, closed when it rests. */
export class Visitors implements AsyncDisposable {
  readonly #open: (login: ConsoleLogin) => Promise<Result<OpenVisitor, ExplainedError>>;
  readonly #idleMs: number;
  /** By what their browsers bring; who was here last stands last. */
  readonly #seats = new Map<string, Seat>();

  /**
   * @param open lets somebody in
   * @param idleMs how long a connection stays open which nobody uses; five minutes unless given
   */
  constructor(
    open: (login: ConsoleLogin) => Promise<Result<OpenVisitor, ExplainedError>>,
    idleMs = IDLE_MS,
  ) {
    this.#open = open;
    this.#idleMs = idleMs;
  }

  /** How many connections there are. */
  get count(): number {
    return this.#seats.size;
  }

  /** The visitor behind a cookie, until the request is over. Errors: those of letting them in. */
  async hold(
    cookie: string,
    readLogin: () => Promise<ConsoleLogin | undefined>,
  ): Promise<Result<HeldVisitor | undefined, ExplainedError>> {
    if (!this.#seats.has(cookie)) {
      const login = await readLogin();
      if (login === undefined) return ok(undefined);
      // Another request may have been faster.
      if (!this.#seats.has(cookie)) {
        if (!this.#makeRoom()) return err(FULL);
        this.#seats.set(cookie, { opening: this.#open(login), holds: 0 });
      }
    }
    const seat = this.#seats.get(cookie);
    if (seat === undefined) return ok(undefined);
    this.#seats.delete(cookie);
    this.#seats.set(cookie, seat);
    seat.holds++;
    clearTimeout(seat.idle);
    const opened = (await seat.opening).take();
    if (isErr(opened)) {
      this.#drop(cookie, seat);
      return opened;
    }
    if (opened.visitor.signal.aborted) {
      this.#drop(cookie, seat);
      return await this.hold(cookie, readLogin);
    }
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      if (--seat.holds === 0) this.#closeLater(cookie, seat);
    };
    return ok({ ...opened, release });
  }

  /** Closes the connection of a browser. */
  async close(cookie: string): Promise<void> {
    const seat = this.#seats.get(cookie);
    if (seat === undefined) return;
    this.#drop(cookie, seat);
    const opened = (await seat.opening).take();
    if (!isErr(opened)) await opened.close();
  }

  /** Closes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#seats.keys()].map((cookie) => this.close(cookie)));
  }

  #closeLater(cookie: string, seat: Seat): void {
    seat.idle = setTimeout(() => this.close(cookie), this.#idleMs);
    unrefTimer(seat.idle);
  }

  /** Whether there is a place: somebody who rests gives theirs away. */
  #makeRoom(): boolean {
    if (this.#seats.size < MOST) return true;
    const [resting] = [...this.#seats].find(([, { holds }]) => holds === 0) ?? [];
    if (resting === undefined) return false;
    this.close(resting);
    return true;
  }

  #drop(cookie: string, seat: Seat): void {
    clearTimeout(seat.idle);
    if (this.#seats.get(cookie) === seat) this.#seats.delete(cookie);
  }
}

const FULL: ExplainedError = {
  code: "unreachable",
  message: "too many people are in the Console at this moment",
  hint: "try again in a minute",
};
