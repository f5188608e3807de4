import type { NatsConnection } from "@nats-io/nats-core";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import type { StreamConfig } from "@nats-io/jetstream";
import { isRecord } from "../../contracts/json/json.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { KeptStream, KeptStreams } from "../resources/kept_streams.ts";
import { bucketFailure } from "./buckets/jetstream_failure.ts";
import type { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import type { ApiAnswer } from "../../runtime/nats/jetstream/api_answer.ts";
import { listStreams } from "../../runtime/nats/jetstream/list_streams.ts";
import { foundLayout } from "./layout/laid_out.ts";

/** An election is over by then. */
const LIST_MS = 12_000;

/** What is read of a stream in a list. */
interface Listed extends ApiAnswer {
  readonly config: StreamConfig;
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string; readonly current: boolean }[];
  };
}

/** The streams of a cluster, with the servers that keep them. */
export class NatsKeptStreams implements KeptStreams {
  readonly #connection: NatsConnection;
  readonly #link: ConnectionGate;

  /**
   * @param connection may list streams
   * @param link of the same connection
   */
  constructor(connection: NatsConnection, link: ConnectionGate) {
    this.#connection = connection;
    this.#link = link;
  }

  /** By name. */
  async kept(): Promise<Result<readonly KeptStream[], BucketFailure>> {
    if (!mayBeClustered(this.#connection)) return ok([]);
    try {
      return ok(await this.#link.use(() => this.#list()));
    } catch (error) {
      return err(bucketFailure(error, "list the streams"));
    }
  }

  async #list(): Promise<readonly KeptStream[]> {
    const { streams, missing } = await listStreams(this.#connection, LIST_MS);
    const found = new Map<string, KeptStream>();
    for (const name of missing.filter((name) => isTrellis(name))) {
      found.set(name, { stream: name, isLed: false, behind: [] });
    }
    for (const listed of streams.filter(isListed)) {
      const { name, metadata } = listed.config;
      // Without a leader every server that keeps it answers.
      if (!isTrellis(name, metadata) || found.get(name)?.isLed) continue;
      found.set(name, keptStream(listed));
    }
    return [...found.values()].sort((a, b) => a.stream < b.stream ? -1 : 1);
  }
}

function isListed(stream: ApiAnswer): stream is Listed {
  return isRecord(stream.config);
}

function keptStream({ config, cluster }: Listed): KeptStream {
  const replicas = cluster?.replicas ?? [];
  const isLed = cluster === undefined || cluster.leader !== undefined;
  return {
    stream: config.name,
    deployment: config.metadata?.["trellis.deployment"],
    found: foundLayout(config),
    isLed,
    behind: replicas.filter(({ current }) => !current).map(({ name }) => name),
  };
}

/** Streams of others are none of Trellis' business. Of one that is missing there is only the name. */
export function isTrellis(name: string, metadata: StreamConfig["metadata"] = {}): boolean {
  return metadata["trellis.deployment"] !== undefined ||
    /^(?:trellis_|KV_trellis_|KV_svc_|OBJ_svc_)/.test(name);
}
