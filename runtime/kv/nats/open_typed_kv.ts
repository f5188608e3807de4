import type { NatsConnection } from "@nats-io/nats-core";
import type { KvResourceBinding } from "../../../contracts/stored/bindings.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import type { KvBucket } from "../kv_bucket.ts";
import type { KVError } from "../kv_error.ts";
import { TypedKV } from "../typed_kv.ts";
import type { Line } from "../../nats/line.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { NatsKvBucket } from "./nats_kv_bucket.ts";
import { BucketStream } from "./bucket_stream.ts";

const DEFAULT_TIMEOUT_MS = 5000;

/** What a KV store is opened with. */
export interface OpenTypedKVOptions {
  /** An open connection, or a line of them; it stays the caller's. */
  readonly connection: NatsConnection | Line;
  /** The `inboxPrefix` of that connection; `_INBOX` unless given. */
  readonly inboxPrefix?: string;
  /** Where the bucket is, and its limits. */
  readonly binding: KvResourceBinding;
  /** The name under `resources.kv`, for messages. */
  readonly alias: string;
  /** JSON Schema of the values. */
  readonly schema: object;
  /** Milliseconds that one operation may take at most, reconnections included; 5000 unless given. */
  readonly timeoutMs?: number;
}

/**
 * Opens the bucket of a binding, with one question to the server. It creates nothing: a bucket that is
 * not there is `bucket_missing`. `T` is the static type of the schema.
 */
export async function openTypedKV<T>(
  options: OpenTypedKVOptions,
): Promise<Result<TypedKV<T>, KVError>> {
  return (await openKvBucket(options)).map((bucket) => typedKV<T>(bucket, options));
}

/** The bucket itself, whose values are bytes, for tools that show what is stored. */
export async function openKvBucket(
  options: Omit<OpenTypedKVOptions, "alias" | "schema">,
): Promise<Result<KvBucket, KVError>> {
  const { connection, inboxPrefix = "_INBOX", binding } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const stream = new BucketStream(JetStreamRequests.of(connection, inboxPrefix), binding.bucket);
  const info = (await stream.info(performance.now() + timeoutMs)).take();
  if (isErr(info)) return info;
  return ok(new NatsKvBucket(stream, timeoutMs, info));
}

/** What is declared of a bucket, put on it. Nothing is asked of the server. */
export function typedKV<T>(
  bucket: KvBucket,
  { binding, alias, schema }: Pick<OpenTypedKVOptions, "binding" | "alias" | "schema">,
): TypedKV<T> {
  const { maxValueBytes } = binding;
  return new TypedKV<T>(bucket, { validator: validatorOf(schema), alias, maxValueBytes });
}
