import type { JetStreamManager } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { BucketFailure } from "../../resources/buckets.ts";
import type { OwnedStream, OwnedStreams } from "../../resources/owned_streams.ts";
import { bucketFailure } from "./jetstream_failure.ts";
import type { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { ownerOf } from "./stream_settings.ts";

/** Lists the streams of a NATS server that say that they are a deployment's. */
export class NatsOwnedStreams implements OwnedStreams {
  readonly #manager: JetStreamManager;
  readonly #link: ConnectionGate;

  /**
   * @param manager of a connection that may list streams
   * @param link of the same connection
   */
  constructor(manager: JetStreamManager, link: ConnectionGate) {
    this.#manager = manager;
    this.#link = link;
  }

  /** Every stream that says whose it is, by name. */
  async owned(): Promise<Result<readonly OwnedStream[], BucketFailure>> {
    try {
      return ok(await this.#link.use(() => this.#list()));
    } catch (error) {
      return err(bucketFailure(error, "list the streams"));
    }
  }

  async #list(): Promise<readonly OwnedStream[]> {
    const found: OwnedStream[] = [];
    for await (const { config: { name, metadata } } of this.#manager.streams.list()) {
      const deployment = metadata?.["trellis.deployment"];
      if (deployment === undefined) continue;
      const owner = ownerOf(metadata);
      found.push({ stream: name, deployment, ...(owner === undefined ? {} : { owner }) });
    }
    return found.sort((a, b) => a.stream < b.stream ? -1 : 1);
  }
}
