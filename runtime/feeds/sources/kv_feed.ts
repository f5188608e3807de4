import { isErr } from "../../../contracts/result.ts";
import type { KVEntry, KVFollowed } from "../../kv/kv_entry.ts";
import { KVError } from "../../kv/kv_error.ts";
import type { TypedKV } from "../../kv/typed_kv.ts";
import { pause } from "../../nats/pause.ts";
import type { FeedYield } from "../feed_yield.ts";

/** How long a bucket that is made again may be away, in milliseconds. */
const AWAY_MS = 10_000;
const PAUSE_MS = 250;

/** What of a bucket is told. */
export interface KvFeedOptions {
  /** Keys, as `eu.*`; all unless given. */
  readonly filter?: string;
  /** The cursor that the handler was given. */
  readonly cursor?: string | undefined;
  /** The signal of the handler's context. */
  readonly signal: AbortSignal;
}

/**
 * A feed of what a KV bucket holds: the value of every key, and then each change, without a gap between them. Whoever
 * subscribes again goes on where they were; where that cannot be, as when the bucket was made again, the values come
 * anew, and the first says so. With `put`, it gives what that makes of a value; with `deleted`, deletions are told of
 * as well, also to who goes on later, unless another tool has removed the markers that they leave, as
 * `nats kv compact` does.
 *
 * A filter that is made of the input must not let a subscriber see more: `*` and `>` stand for any key, so the schema of the
 * input keeps them out.
 *
 * ```ts
 * import { defineHandlers, defineServiceContract, kvFeed } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const contract = defineServiceContract(
 *   {
 *     schemas: {
 *       Which: Type.Object({ customerId: Type.String({ pattern: "^\\w+$" }) }),
 *       Order: Type.Object({ total: Type.Number() }),
 *     },
 *   },
 *   (ref) => ({
 *     id: "shop@v1",
 *     displayName: "Shop",
 *     description: "Sells.",
 *     feeds: {
 *       "Order.Changes": { version: "v1", input: ref.schema("Which"), event: ref.schema("Order") },
 *     },
 *     resources: { kv: { orders: { purpose: "Orders", schema: ref.schema("Order") } } },
 *   }),
 * );
 * const handlers = defineHandlers(contract, {
 *   feeds: {
 *     "Order.Changes": ({ input, cursor, client, context: { signal } }) =>
 *       kvFeed(client.kv.orders, { filter: `${input.customerId}.*`, cursor, signal }),
 *   },
 * });
 * ```
 */
export function kvFeed<V, D = never>(
  kv: Pick<TypedKV<V>, "follow">,
  options: KvFeedOptions & { readonly put?: undefined; readonly deleted?: (key: string) => D },
): AsyncIterable<FeedYield<V | D>, void>;
/** The same of what `put` makes of values. */
export function kvFeed<V, P, D = never>(
  kv: Pick<TypedKV<V>, "follow">,
  options: KvFeedOptions & {
    readonly put: (key: string, value: V, entry: KVEntry<V>) => P;
    readonly deleted?: (key: string) => D;
  },
): AsyncIterable<FeedYield<P | D>, void>;
export async function* kvFeed<V>(
  kv: Pick<TypedKV<V>, "follow">,
  { filter, cursor, signal, put = (_, value) => value, deleted }: KvFeedOptions & {
    readonly put?: ((key: string, value: V, entry: KVEntry<V>) => unknown) | undefined;
    readonly deleted?: (key: string) => unknown;
  },
): AsyncGenerator<FeedYield<unknown>, void> {
  let reset: string | undefined;
  while (!signal.aborted) {
    const followed = await begin(kv, filter, cursor, signal);
    if (followed === undefined) return;
    if (followed.isWhole && cursor !== undefined) reset ??= followed.whyAnew ?? "it begins anew";
    try {
      for await (const change of followed.changes) {
        cursor = change.cursor;
        const { key, kind } = change;
        if (kind === "invalid") throw change.error;
        if (kind === "delete" && deleted === undefined) continue;
        const value = kind === "put" ? put(key, change.value, change) : deleted?.(key);
        yield { value, cursor, key, ...(reset !== undefined && { reset }) };
        reset = undefined;
      }
    } catch (cause) {
      if (!(cause instanceof KVError) || !mayComeBack(cause)) throw cause;
    }
  }
}

/** Begins to follow; what may pass is waited out. Undefined when it is not wanted any more. */
async function begin<V>(
  kv: Pick<TypedKV<V>, "follow">,
  filter: string | undefined,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<KVFollowed<V> | undefined> {
  const end = performance.now() + AWAY_MS;
  for (;;) {
    const followed = (await kv.follow(filter, { cursor, signal })).take();
    if (!isErr(followed)) return followed;
    if (signal.aborted) return undefined;
    const { error } = followed;
    if (!error.retryable && (!mayComeBack(error) || performance.now() > end)) throw error;
    if (!await pause(PAUSE_MS, signal)) return undefined;
  }
}

/** A bucket that is made again is missing first, and another one then. */
function mayComeBack({ reason }: KVError): boolean {
  return reason === "bucket_missing";
}
