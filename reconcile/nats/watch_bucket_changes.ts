import type { NatsConnection } from "@nats-io/nats-core";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { resourceKey } from "../resources/kinds.ts";

/** Somebody made, changed or deleted a bucket, or a stream of a store. */
export interface BucketChange {
  /** Kind and physical name, as `kv/svc_orders_orders`. */
  readonly bucket: string;
  readonly kind: "created" | "changed" | "deleted";
  /** ISO date-time, by the server's clock. */
  readonly at: string;
  /** Who did it; undefined where the server does not say. */
  readonly by?: ChangedBy;
}

/** The connection that a change came from. */
export interface ChangedBy {
  /** Name of the client, of its user where there is one, and where it runs. */
  readonly name: string;
  readonly user: string | undefined;
  readonly host: string | undefined;
  /** True for the connection that listens. */
  readonly own: boolean;
}

/** Gets changes. */
export interface ChangeListener {
  /** A bucket changed; called twice where the server reports it twice, once with who changed it. */
  changed(change: BucketChange): void;
  /** The connection is lost: nothing can be looked at until changes may have been missed. */
  lost(): void;
  /** Changes may have been missed. */
  missed(): void;
}

const KINDS = {
  CREATED: "created",
  UPDATED: "changed",
  DELETED: "deleted",
  CREATE: "created",
  UPDATE: "changed",
  DELETE: "deleted",
} as const;

/**
 * Listens to what the server says of streams, until aborted. It is said once and to those who listen
 * then: a look now and then has to go beside it.
 */
export function watchBucketChanges(
  connection: NatsConnection,
  listener: ChangeListener,
  signal: AbortSignal,
): void {
  const actions = connection.subscribe("$JS.EVENT.ADVISORY.STREAM.*.*", {
    callback: (error, message) => {
      if (error !== null) return;
      const [, kind, stream] =
        /\.STREAM\.(CREATED|UPDATED|DELETED)\.([^.]+)$/.exec(message.subject) ?? [];
      const bucket = stream === undefined ? undefined : bucketOf(stream);
      if (kind === undefined || bucket === undefined) return;
      const at = textOf(readJson(message.string()), "timestamp") ?? "";
      listener.changed({ bucket, kind: KINDS[kind as keyof typeof KINDS], at });
    },
  });
  // The advisory of the stream does not say who changed it; the audit of the request does.
  const audit = connection.subscribe("$JS.EVENT.ADVISORY.API", {
    callback: (error, message) => {
      const change = error === null ? auditedChange(message.string(), connection) : undefined;
      if (change !== undefined) listener.changed(change);
    },
  });
  signal.addEventListener("abort", () => {
    actions.unsubscribe();
    audit.unsubscribe();
  }, { once: true });
  watchGaps(connection, listener, signal);
}

/** What a stream belongs to; undefined when it is neither a bucket's nor a store's. */
function bucketOf(stream: string): string | undefined {
  const [, prefix, name = "", index] = /^(KV|OBJ)_(.+?)(__index)?$/.exec(stream) ?? [];
  if (prefix === "OBJ") return resourceKey("store", name + (index ?? ""));
  return prefix && resourceKey(index === undefined ? "kv" : "store", name);
}

async function watchGaps(
  connection: NatsConnection,
  listener: ChangeListener,
  signal: AbortSignal,
): Promise<void> {
  for await (const { type } of connection.status()) {
    if (signal.aborted) return;
    if (type === "disconnect") listener.lost();
    if (type === "reconnect") listener.missed();
  }
}

/** Every request to the API is reported: what does not concern buckets is passed over early. */
function auditedChange(text: string, connection: NatsConnection): BucketChange | undefined {
  const [, kind, stream] =
    /"subject":"\$JS\.API\.STREAM\.(CREATE|UPDATE|DELETE)\.([^".]+)"/.exec(text) ?? [];
  const bucket = stream === undefined ? undefined : bucketOf(stream);
  if (kind === undefined || bucket === undefined) return undefined;
  const audit = readJson(text);
  const answer = readJson(textOf(audit, "response") ?? "");
  if (!isRecord(audit) || !isRecord(answer) || answer.error !== undefined) return undefined;
  const { client } = audit;
  const id = isRecord(client) ? client.id : undefined;
  const by: ChangedBy = {
    name: textOf(client, "name") ?? "an unnamed client",
    user: textOf(client, "user"),
    host: textOf(client, "host"),
    own: id !== undefined && id === connection.info?.client_id &&
      textOf(client, "server") === connection.info?.server_name,
  };
  const at = textOf(audit, "timestamp") ?? "";
  return { bucket, kind: KINDS[kind as keyof typeof KINDS], at, by };
}

function textOf(value: unknown, member: string): string | undefined {
  const found = isRecord(value) ? value[member] : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}
