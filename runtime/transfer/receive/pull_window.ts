import { isErr, type Result } from "../../../contracts/result.ts";
import { pullInbox } from "../../../contracts/stored/transfer_names.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { parseAckSubject } from "../../nats/jetstream/ack_subject.ts";
import type { Line } from "../../nats/line.ts";
import type { LinkSubscription, WireMessage } from "../../nats/link/link.ts";
import { freshToken } from "../../nats/session_token.ts";
import { type PullAnswer, pullConsumer, type PullRequest } from "./pull_protocol.ts";

/** How windows of a file are asked for, and where they come to. */
export interface WindowParts {
  readonly line: Line;
  readonly session: string;
  /** Asks for a window. Never rejects. */
  readonly ask: (request: Omit<PullRequest, "grant">) => Promise<Result<PullAnswer, Error>>;
  /** Called whenever something has come. */
  readonly changed: () => void;
}

/** A run of bytes that was asked for, in an inbox of its own: what comes late for another one is not taken for it. */
export class PullWindow {
  /** The first byte that was asked for. */
  readonly from: number;
  readonly #subscription: LinkSubscription | undefined;
  readonly #changed: () => void;
  readonly #origin: string;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #answer: PullAnswer | undefined;
  #failure: Error | undefined;
  #isBroken = false;
  #messages = 0;
  #received = 0;
  #taken = 0;

  /** Asks for bytes. */
  constructor({ line, session, ask, changed }: WindowParts, from: number, bytes: number) {
    this.from = from;
    this.#changed = changed;
    const inbox = freshToken(24);
    this.#origin = `.${pullConsumer(inbox)}.`;
    try {
      this.#subscription = line.pin(
        pullInbox(inboxPrefix(session), inbox),
        (cause, msg) => cause === null ? this.#receive(msg) : this.#fail(cause),
      );
    } catch (cause) {
      // The connection is closed, or about to be.
      this.#failure = cause instanceof Error ? cause : new Error(String(cause));
    }
    ask({ from, bytes, inbox }).then((result) => {
      const answer = result.take();
      if (isErr(answer)) return this.#fail(answer.error);
      this.#answer = answer;
      // What is no answer to this would never be complete, or would end too early.
      const { at, bytes } = answer;
      this.#isBroken ||= at > from || at + bytes < from;
      this.#settle();
    });
  }

  /** Why nothing comes. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** True when something was lost on the way: the rest has to be asked for again. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What follows the last byte that comes; undefined while that is not known. */
  get end(): number | undefined {
    return this.#answer && this.#answer.at + this.#answer.bytes;
  }

  /** Bytes that are still to be taken; undefined while that is not known. */
  get left(): number | undefined {
    return this.#answer && this.#answer.bytes - this.#taken;
  }

  /** True when other bytes have come than were stored. */
  get isWrong(): boolean {
    const answer = this.#answer;
    return answer !== undefined && !this.#isBroken && this.#messages >= answer.chunks &&
      this.#received !== answer.bytes;
  }

  /** The next bytes, with the place of the first; undefined when none are there. */
  take(): { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined {
    if (this.#answer === undefined) return undefined;
    const bytes = this.#pieces.shift();
    if (bytes === undefined) return undefined;
    const at = this.#answer.at + this.#taken;
    this.#taken += bytes.length;
    return { at, bytes };
  }

  /** Takes nothing more. What was sent and has not come is lost. */
  stop(): void {
    this.#subscription?.unsubscribe();
  }

  #receive(msg: WireMessage): void {
    if (this.#isBroken) return;
    this.#messages++;
    // What the server itself sends says which message it is.
    const { reply } = msg;
    if (reply) {
      const numbers = parseAckSubject(reply, this.#origin);
      if (numbers?.delivered !== this.#messages) this.#isBroken = true;
    }
    if (!this.#isBroken) {
      this.#received += msg.data.length;
      // Messages are read into memory of their own.
      this.#pieces.push(msg.data as Uint8Array<ArrayBuffer>);
    }
    this.#settle();
  }

  #fail(cause: Error): void {
    this.#failure ??= cause;
    this.#settle();
  }

  #settle(): void {
    const { chunks } = this.#answer ?? {};
    if (chunks !== undefined && this.#messages >= chunks) this.stop();
    this.#changed();
  }
}
