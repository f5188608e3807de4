import type { Result } from "../../../contracts/result.ts";
import type { KvBucket } from "../../kv/kv_bucket.ts";
import type { ObjectStore } from "../../store/object_store.ts";
import { dataActivity } from "../../telemetry/activity.ts";
import { recorded, type Telemetry } from "../../telemetry/telemetry.ts";

/** Does something that answers a result, and records it. */
type Recorded = <R extends Result<unknown, unknown>>(work: () => Promise<R>) => Promise<R>;

/** The same bucket, whose reads and writes are recorded; watches are not, which have no end. */
export function recordedBucket(bucket: KvBucket, alias: string, telemetry: Telemetry): KvBucket {
  const recording = recordingOf("kv", alias, telemetry);
  const [get, put, create] = [recording("get"), recording("put"), recording("create")];
  const [remove, live, history] = [recording("delete"), recording("keys"), recording("history")];
  return {
    name: bucket.name,
    last: (key) => get(() => bucket.last(key)),
    write: (key, bytes, when, options) =>
      (when.kind === "absent" ? create : put)(() => bucket.write(key, bytes, when, options)),
    remove: (key, when, options) => remove(() => bucket.remove(key, when, options)),
    live: (filter) => live(() => bucket.live(filter)),
    history: (key) => history(() => bucket.history(key)),
    watch: (filter, options) => bucket.watch(filter, options),
    follow: (filter, options) => bucket.follow(filter, options),
    status: () => bucket.status(),
  };
}

/** The same place of objects; what is recorded of a read is that it has begun. */
export function recordedObjects(
  store: ObjectStore,
  alias: string,
  telemetry: Telemetry,
): ObjectStore {
  const recording = recordingOf("store", alias, telemetry);
  const [find, upload, clear] = [recording("find"), recording("put"), recording("delete")];
  const [read, live] = [recording("read"), recording("keys")];
  return {
    chunkBytes: store.chunkBytes,
    find: (context) => find(() => store.find(context)),
    upload: (...of) => upload(() => store.upload(...of)),
    point: (...of) => store.point(...of),
    clear: (...of) => clear(() => store.clear(...of)),
    discard: (...of) => store.discard(...of),
    retire: (...of) => store.retire(...of),
    read: (...of) => read(() => store.read(...of)),
    send: (...of) => store.send(...of),
    live: () => live(() => store.live()),
    figures: () => store.figures(),
  };
}

function recordingOf(kind: "kv" | "store", alias: string, telemetry: Telemetry) {
  return (operation: string): Recorded => {
    const recorder = telemetry.recorder(dataActivity(kind, alias, operation));
    return (work) => recorded(recorder.begin(undefined), work);
  };
}
