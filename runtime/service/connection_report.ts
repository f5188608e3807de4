import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Log } from "../log.ts";
import type { ConnectionEvent } from "../nats/connection_events.ts";
import type { SessionNews } from "../session/session_watch.ts";

/**
 * Says in the log what happens to a service's connection. Why its session may do nothing is said once, and
 * nothing of the connections that the server ends for that.
 */
export class ConnectionReport {
  readonly #deployment: string;
  readonly #log: Log;
  /** Why its session may do nothing. */
  #refusal: string | undefined;
  /** What was refused since a connection was lost: why, the platform says soon. */
  #denied: TransportError[] | undefined;
  #isDown = false;

  /** @param deployment stands before what is said */
  constructor(deployment: string, log: Log) {
    this.#deployment = deployment;
    this.#log = log;
  }

  /** Takes note of what happens to the connection. */
  observe(event: ConnectionEvent): void {
    if (event.kind === "closed") return this.#sayOver(event.error);
    if (this.#refusal !== undefined) return;
    switch (event.kind) {
      case "disconnected":
        this.#isDown = true;
        // A new connection may refuse something before it is said to be there.
        this.#denied = [];
        return this.#log.warn(`${this.#deployment}: the connection to NATS is down; trying again`);
      case "reconnected":
        this.#isDown = false;
        this.#denied ??= [];
        return this.#log.info(`${this.#deployment}: connected to NATS again`);
      case "denied":
      case "error": {
        const isLater = event.kind === "denied" || !this.#isDown;
        if (isLater && this.#denied !== undefined) this.#denied.push(event.error);
        else this.#sayError(event.error);
      }
    }
  }

  /** Takes note of what the platform says of the session. */
  learn(news: SessionNews): void {
    // Nothing is known yet.
    if (news.kind === "unanswered") return;
    const denied = this.#denied ?? [];
    this.#denied = undefined;
    if (news.kind === "refused") {
      if (news.error.message !== this.#refusal) this.#sayRefusal(news.error);
      this.#refusal = news.error.message;
      return;
    }
    if (this.#refusal === undefined) return denied.forEach((error) => this.#sayError(error));
    this.#refusal = undefined;
    this.#log.info(`${this.#deployment}: its session may act again`);
  }

  #sayError(error: TransportError): void {
    this.#log.error(`${this.#deployment}: ${error.message}`, { code: error.code });
  }

  #sayRefusal({ message, hint, code, command }: TransportError): void {
    const words = command === undefined ? "" : ` (trellis ${command.join(" ")})`;
    this.#log.error(`${this.#deployment}: ${message}; ${hint}${words}`, { code });
  }

  #sayOver(error: TransportError | undefined): void {
    if (error !== undefined) this.#sayRefusal(error);
  }
}
