import { isSession, parseCallerToken } from "../../../contracts/identity/caller.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { IncomingRequest, ServedSubject, ServeSubject } from "../messaging.ts";
import { ReplyPublisher } from "./reply_publisher.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { toTransportError } from "../../nats/library_error.ts";
import type { Line } from "../../nats/line.ts";
import type { LineSubscription } from "../../nats/line_subscription.ts";
import type { WireMessage } from "../../nats/link/link.ts";
import { NatsIncomingRequest } from "./incoming_request.ts";
import type { NatsMessaging } from "./nats_messaging.ts";
import { isSessionToken } from "../../nats/session_token.ts";
import { reportUncaught } from "../../nats/report_uncaught.ts";

/** What {@link NatsServedSubject} is made of. */
interface ServingParts {
  /** Where requests come from. */
  readonly line: Line;
  /**
   * True when the server lets each session call with its own token only. Then the token says who calls,
   * and only requests whose reply goes to the inbox of that session are taken: the server does not
   * check where a reply goes, so this is what ties an answer to its caller. Any other token comes from
   * somebody who may do everything.
   */
  readonly secured: boolean;
  /** A literal subject followed by `.*`, which stands for the caller's token. */
  readonly subject: string;
  /** Members of one queue group share the requests; without one everybody gets all of them. */
  readonly queue: string | undefined;
  /** Takes one request; must not throw. */
  readonly handle: (request: IncomingRequest) => void;
}

const PATTERN = /^[^\s.*>]+(?:\.[^\s.*>]+)*\.\*$/;

/**
 * Serves a subject that ends with `.*` as a member of a queue group; `handle` must not throw. Without a group everybody
 * who serves the subject gets every request, and the caller takes the first answer. The server knows after a flush.
 *
 * A function, so that pages, which serve nothing, load nothing of it.
 */
export function serveSubject(
  { line, secured }: Pick<NatsMessaging, "line" | "secured">,
  subject: string,
  queue: string | undefined,
  handle: (request: IncomingRequest) => void,
): NatsServedSubject {
  return new NatsServedSubject({ line, secured, subject, queue, handle });
}

/** Serves subjects over a connection. */
export function servingOn(messaging: Pick<NatsMessaging, "line" | "secured">): ServeSubject {
  return (...what) => serveSubject(messaging, ...what);
}

/** A subject served over NATS. */
class NatsServedSubject implements ServedSubject {
  readonly #parts: ServingParts;
  readonly #prefix: string;
  readonly #answers: ReplyPublisher;
  readonly #unwatch: () => void;
  #subscription: LineSubscription;
  #stopping: Promise<void> | undefined;
  #denied: TransportError | undefined;

  /** Throws a TypeError unless the subject is literal tokens followed by `.*`. */
  constructor(parts: ServingParts) {
    if (!PATTERN.test(parts.subject)) {
      throw new TypeError(`a served subject is literal tokens and a final *, not ${parts.subject}`);
    }
    this.#parts = parts;
    this.#prefix = parts.subject.slice(0, -1);
    this.#answers = ReplyPublisher.of(parts.line);
    this.#subscription = this.#subscribe();
    this.#unwatch = parts.line.watch(({ kind }) => {
      if (kind === "reconnected" || kind === "renewed") this.#restore();
    });
  }

  /** Why the server does not let this session serve the subject; known after a flush. */
  get denied(): TransportError | undefined {
    return this.#denied;
  }

  /** Takes no further requests; those that reached this process before the server knew go on. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#drain();
  }

  /** After a new login: tries again what was denied, because that may allow it. */
  #restore(): void {
    if (this.#denied === undefined || this.#stopping !== undefined) return;
    this.#denied = undefined;
    this.#subscription = this.#subscribe();
  }

  async #drain(): Promise<void> {
    this.#unwatch();
    if (this.#subscription.isClosed() || this.#parts.line.isClosed()) return;
    // Unsubscribes, and goes on taking what is on its way until the server has said that it knows.
    await this.#subscription.drain();
  }

  #subscribe(): LineSubscription {
    const { line, subject, queue } = this.#parts;
    return line.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (cause, msg) => {
        if (cause === null) return this.#take(msg);
        this.#denied = toTransportError(cause, `serving ${subject}`);
      },
    });
  }

  #take(msg: WireMessage): void {
    const { subject, reply } = msg;
    if (!reply) return;
    const token = this.#tokenOf(subject);
    if (token === undefined) return;
    const { secured, handle } = this.#parts;
    const caller = secured ? parseCallerToken(token) : undefined;
    const { session, principal } = caller ?? { session: token, principal: undefined };
    const isOwn = secured && (caller !== undefined || isSession(token));
    if (isOwn && !reply.startsWith(`${inboxPrefix(session)}.`)) return;
    const request = new NatsIncomingRequest(
      msg,
      { subject, session, principal, reply },
      this.#answers,
    );
    if (!isSessionToken(session)) return failSession(request);
    try {
      handle(request);
    } catch (cause) {
      // Thrown into the client library, a bug would end the connection without a message.
      reportUncaught(cause);
    }
  }

  /** A stream may deliver messages of other subjects on this subscription; they are not requests. */
  #tokenOf(subject: string): string | undefined {
    if (!subject.startsWith(this.#prefix)) return undefined;
    const token = subject.slice(this.#prefix.length);
    return token === "" || token.includes(".") ? undefined : token;
  }
}

function failSession(request: NatsIncomingRequest): void {
  const error = new TransportError({
    message: "the last token of a request's subject is the caller's session: " +
      "1 to 128 letters, digits, - and _",
    code: "trellis.permission.denied",
    hint: "Send the request to the subject followed by your own session token.",
  });
  request.fail(JSON.stringify(error), 403, error.message);
}
