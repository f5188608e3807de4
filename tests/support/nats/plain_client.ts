/** A plain NATS client, as a program without Trellis uses it. */
import { connect, headers, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-deno";
import type { KeyPair } from "../../../contracts/identity/key_pair.ts";

/** What a plain client sees of an answer. */
export interface PlainReply {
  readonly text: string;
  /** `Nats-Service-Error`, "" on success. */
  readonly error: string;
  /** `Nats-Service-Error-Code`, "" on success. */
  readonly code: string;
}

/** Sends requests and answers them without any help of Trellis. */
export class PlainClient implements AsyncDisposable {
  readonly #connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Connects; with a key, as NATS' own tools do. */
  static async connect(servers: string, key?: KeyPair): Promise<PlainClient> {
    const seed = key && new TextEncoder().encode(key.seed);
    return new PlainClient(
      await connect({ servers, ...(seed && { authenticator: nkeyAuthenticator(seed) }) }),
    );
  }

  /** Sends text or bytes and waits for one reply. */
  async request(
    subject: string,
    body: string | Uint8Array,
    sent: Readonly<Record<string, string>> = {},
  ): Promise<PlainReply> {
    const given = headers();
    for (const [name, value] of Object.entries(sent)) given.set(name, value);
    const reply = await this.#connection.request(subject, body, { timeout: 5000, headers: given });
    return {
      text: reply.string(),
      error: reply.headers?.get("Nats-Service-Error") ?? "",
      code: reply.headers?.get("Nats-Service-Error-Code") ?? "",
    };
  }

  /** Answers every request on a subject with the same body. */
  async answer(subject: string, body: string | Uint8Array, error?: string): Promise<void> {
    this.#connection.subscribe(subject, {
      callback: (_, message) => {
        const given = headers();
        if (error !== undefined) {
          given.set("Nats-Service-Error", error);
          given.set("Nats-Service-Error-Code", "422");
        }
        message.respond(body, error === undefined ? {} : { headers: given });
      },
    });
    await this.#connection.flush();
  }

  /** Closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}
