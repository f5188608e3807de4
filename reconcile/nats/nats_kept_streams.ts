import type { NatsConnection } from "@nats-io/nats-core";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import type { StreamConfig } from "@nats-io/jetstream";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { KeptStream, KeptStreams } from "../resources/kept_streams.ts";
import { bucketFailure } from "./buckets/jetstream_failure.ts";
import type { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { foundLayout } from "./layout/laid_out.ts";

/** The server itself waits four seconds for servers that are not there. */
const LIST_MS = 8000;

/** What is read of a stream in a list. */
interface Listed {
  readonly config: StreamConfig;
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string; readonly current: boolean }[];
  };
}

/** What is read of a page of the list. */
interface Page {
  readonly total: number;
  readonly limit: number;
  readonly streams: readonly Listed[];
  /** Streams that no server has answered for. */
  readonly missing: readonly string[];
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
    const found = new Map<string, KeptStream>();
    for (let offset = 0, total = 1; offset < total;) {
      const page = await this.#page(offset);
      total = page.total;
      offset += page.limit;
      for (const name of page.missing) {
        if (isTrellis(name)) found.set(name, { stream: name, isLed: false, behind: [] });
      }
      for (const listed of page.streams) {
        const { name, metadata } = listed.config;
        // Without a leader every server that keeps it answers.
        if (!isTrellis(name, metadata) || found.get(name)?.isLed) continue;
        found.set(name, keptStream(listed));
      }
    }
    return [...found.values()].sort((a, b) => a.stream < b.stream ? -1 : 1);
  }

  async #page(offset: number): Promise<Page> {
    const body = JSON.stringify({ offset });
    const answer = await this.#connection.request("$JS.API.STREAM.LIST", body, {
      timeout: LIST_MS,
    });
    return pageOf(readJson(answer.string()));
  }
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

function pageOf(answer: unknown): Page {
  if (!isRecord(answer) || isRecord(answer.error)) {
    const reason = isRecord(answer) && isRecord(answer.error) ? answer.error.description : "";
    throw new Error(`the list of streams cannot be read: ${reason}`);
  }
  const { total, limit, streams, missing } = answer;
  return {
    total: Number(total) || 0,
    limit: Math.max(1, Number(limit) || 0),
    streams: Array.isArray(streams) ? streams : [],
    missing: Array.isArray(missing) ? missing.map(String) : [],
  };
}
