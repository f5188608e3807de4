import type { Msg, NatsConnection } from "@nats-io/nats-core";
import type { KeyPair } from "../../../contracts/identity/key_pair.ts";
import {
  encodeAuthResponse,
  encodeUserJwt,
  type SubjectPermissions,
} from "../../../contracts/identity/user_jwt.ts";
import { headerText, headerValue } from "../../nats/headers/received_headers.ts";
import type { CurveKey } from "../../nats/curve_box.ts";
import { type ConnectRequest, readConnectRequest, type ReplyPlace } from "../connect_request.ts";

const SUBJECT = "$SYS.REQ.USER.AUTH";
const XKEY_HEADER = "Nats-Server-Xkey";
/** Requests in work at once; a server whose request is dropped refuses the client by itself. */
const MAX_IN_WORK = 5000;

/** Somebody who may come in, and with what. */
export interface Admission {
  /** Shown in the server's log; the open connections of a session are found by it. */
  readonly name: string;
  /** Missing for who may do everything in the account. */
  readonly permissions?: SubjectPermissions;
  /** Seconds until the server closes the connection, so that it is asked again; for ever unless given. */
  readonly lifetimeS?: number;
}

/** What the answering of the callout is made of. */
export interface AuthCalloutParts {
  /** A connection in the account that the server asks. */
  readonly connection: NatsConnection;
  /** Signs for the account; whoever has it lets anybody in. */
  readonly issuer: KeyPair;
  /** Opens what the server sends. */
  readonly xkey: CurveKey;
  /** The account that everybody is let into, by its name in the server's configuration. */
  readonly account: string;
  /** The few public keys that may come in with a credentials file, as `nats --creds` does; none unless given. */
  readonly credsKeys?: readonly string[];
  /** Decides who may do what; undefined: refused. Reads only, so that several processes may answer. */
  readonly admit: (request: ConnectRequest) => Promise<Admission | undefined>;
  /** Called when deciding failed: the client is refused, and tries again. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Answers the server's question who may connect. Every process that serves it answers every request, and
 * the server takes the first answer: so one that is frozen costs nothing.
 */
export class AuthCallout implements AsyncDisposable {
  readonly #parts: AuthCalloutParts;
  readonly #stop: () => Promise<void>;
  #inWork = 0;

  /** Starts to answer. */
  constructor(parts: AuthCalloutParts) {
    this.#parts = parts;
    const subscription = parts.connection.subscribe(SUBJECT, {
      callback: (cause, message) => {
        if (cause !== null) return parts.onError(cause);
        if (this.#inWork < MAX_IN_WORK) this.#answer(message).catch(parts.onError);
      },
    });
    this.#stop = async () => {
      if (!parts.connection.isClosed()) await subscription.drain();
    };
  }

  /** Answers no more. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }

  async #answer(message: Msg): Promise<void> {
    this.#inWork++;
    try {
      const { xkey, issuer, credsKeys } = this.#parts;
      const box = xkey.with(headerValue(headerText(message), XKEY_HEADER) ?? "");
      const opened = box?.open(message.data);
      // Not sealed by a server that has our key: nobody waits for an answer that it could read.
      if (box === undefined || opened === undefined) return;
      const request = readConnectRequest(new TextDecoder().decode(opened), credsKeys);
      const answer = await this.#decide(request);
      if (answer === undefined) return;
      const { place, ...said } = answer;
      const seal = (answer: typeof said.answer) =>
        box.seal(new TextEncoder().encode(encodeAuthResponse(answer, place, issuer)));
      const sealed = seal(said.answer);
      const most = this.#parts.connection.info?.max_payload ?? Infinity;
      if (sealed.length <= most) return void message.respond(sealed);
      // Without an answer the server would wait for one.
      message.respond(seal({ error: "not admitted" }));
      const size = `${sealed.length} bytes, and a message of this server ${most} at most`;
      this.#parts.onError(new RangeError(`what a session may do takes ${size}`));
    } finally {
      this.#inWork--;
    }
  }

  async #decide(
    request: ReturnType<typeof readConnectRequest>,
  ): Promise<{ place: ReplyPlace; answer: { jwt: string } | { error: string } } | undefined> {
    if (request.isErr()) {
      const { place, reason } = request.error;
      return place && { place, answer: { error: reason } };
    }
    const place = request.value;
    const admission = await this.#admit(place);
    if (admission === undefined) return { place, answer: { error: "not admitted" } };
    return { place, answer: { jwt: this.#token(place, admission) } };
  }

  async #admit(request: ConnectRequest): Promise<Admission | undefined> {
    try {
      return await this.#parts.admit(request);
    } catch (cause) {
      // What the listener answers must never pass for an admission.
      this.#parts.onError(cause);
      return undefined;
    }
  }

  #token(request: ConnectRequest, { name, permissions, lifetimeS }: Admission): string {
    const { issuedAt } = request;
    return encodeUserJwt({
      subject: request.userKey,
      name,
      account: this.#parts.account,
      ...(permissions === undefined ? {} : { permissions }),
      issuedAt,
      // By the server's clock: ours may be an hour off.
      ...(lifetimeS === undefined ? {} : { expiresAt: issuedAt + lifetimeS }),
    }, this.#parts.issuer);
  }
}
