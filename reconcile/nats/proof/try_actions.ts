import { setTimeout as delay } from "node:timers/promises";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { watchConnection } from "../../../runtime/nats/connection_events.ts";
import { HARMLESS, type HostileAction, type Others } from "../../proof/hostile_actions.ts";

/** A server says what it refuses before it answers a later question; this long it may take to be read. */
const READ_MS = 100;

/** An action, and whether the server refused it. */
export interface TriedAction {
  readonly action: HostileAction;
  readonly refused: boolean;
}

/** Tries every action on a session's connection. Rejects when the connection is lost. */
export async function tryActions(
  connection: NatsConnection,
  actions: readonly HostileAction[],
  others: Others,
): Promise<readonly TriedAction[]> {
  const watch = new RefusalWatch(connection, `trellis.proof.${others.nobody}`);
  const sent = headers();
  sent.set(...HARMLESS.header(others));
  const { publish = [], subscribe = [] } = Object.groupBy(actions, ({ verb }) => verb);
  const refusedToTell = await watch.during(() => {
    for (const { subject } of publish) {
      connection.publish(subject, HARMLESS.body, { headers: sent });
    }
    return [];
  });
  // A refusal names no queue group.
  const refusedToHear: ReadonlySet<string>[] = [];
  for (const queue of [undefined, others.nobody]) {
    refusedToHear.push(
      await watch.during(() =>
        subscribe.map(({ subject }) => connection.subscribe(subject, { queue, callback: () => {} }))
      ),
    );
  }
  return [
    ...publish.map((action) => ({ action, refused: refusedToTell.has(action.subject) })),
    ...subscribe.map((action) => ({
      action,
      refused: refusedToHear.every((refused) => refused.has(action.subject)),
    })),
  ];
}

/** Knows which subjects a server refuses. */
class RefusalWatch {
  readonly #connection: NatsConnection;
  readonly #last: string;
  #refused = new Set<string>();
  #lastRefused = Promise.withResolvers<void>();

  /** @param last a subject that nobody may use */
  constructor(connection: NatsConnection, last: string) {
    this.#connection = connection;
    this.#last = last;
    watchConnection(connection, (event) => {
      if (event.kind !== "denied") return;
      if (event.subject === last) this.#lastRefused.resolve();
      else this.#refused.add(event.subject);
    });
  }

  /** What is refused of what is sent now; subscriptions end with it. */
  async during(
    send: () => readonly { unsubscribe(): void }[],
  ): Promise<ReadonlySet<string>> {
    this.#refused = new Set();
    this.#lastRefused = Promise.withResolvers();
    const opened = send();
    this.#connection.publish(this.#last);
    // A session that may do everything is refused nothing.
    const answered = this.#connection.flush().then(() => delay(READ_MS));
    await Promise.race([this.#lastRefused.promise, answered]);
    for (const subscription of opened) subscription.unsubscribe();
    return this.#refused;
  }
}
