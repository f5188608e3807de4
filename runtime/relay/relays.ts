import type { Contract } from "../../contracts/define/contract.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { eventSurface } from "../events/prepare_event.ts";
import type { Log } from "../log.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { type PutJob, Relay } from "./relay.ts";

/** What the relays of a service are made of. */
export interface RelaysParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "kv" | "relays" | "dead">;
  /** Puts jobs into their queues; missing where there are none. */
  readonly putJob?: PutJob;
  readonly log: Log;
}

/** The relays of a service: one for each bucket that publishes its changes, or events that wait in it. */
export class Relays {
  readonly #relays = new Map<string, Relay>();

  /** They begin at once. */
  constructor(
    { contract: { manifest, digest }, deployment, messaging, bindings, putJob, log }: RelaysParts,
  ) {
    const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    for (const [alias, { changes }] of Object.entries(manifest.resources?.kv ?? {})) {
      const [bound, binding] = [bindings.kv[alias], bindings.relays?.[alias]];
      if (bound === undefined || binding === undefined) continue;
      const surface = (name: string | undefined) =>
        name === undefined ? undefined : eventSurface(manifest, name);
      const bucket = {
        bucket: bound.bucket,
        written: surface(changes?.event),
        deleted: surface(changes?.deleted),
        digest,
      };
      const { dead } = bindings;
      const options = { requests, deployment, alias, bucket, binding, dead, putJob, log };
      this.#relays.set(alias, new Relay(options));
    }
  }

  /** Why the events of a bucket wait, by its alias; undefined where they do not. */
  get problems(): ReadonlyMap<string, string | undefined> {
    return new Map([...this.#relays].map(([alias, { problem }]) => [alias, problem]));
  }

  /** Stops when the events in hand are published, or given back. */
  async stop(): Promise<void> {
    await Promise.all([...this.#relays.values()].map((relay) => relay.stop()));
  }
}
