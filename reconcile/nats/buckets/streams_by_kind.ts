import type { ByKind } from "../../resources/kinds.ts";
import type { BucketStreams } from "./bucket_streams.ts";
import { kvStreams } from "./kv_streams.ts";
import { storeStreams } from "./store_streams.ts";

/** The streams of each kind. */
export const STREAMS: ByKind<BucketStreams> = { kv: kvStreams, store: storeStreams };
