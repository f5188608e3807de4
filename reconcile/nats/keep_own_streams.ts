import type { JetStreamManager } from "@nats-io/jetstream";
import { OWN_STREAMS } from "../../contracts/stored/own_streams.ts";
import { orGone } from "../../runtime/nats/jetstream/library_api_code.ts";
import type { FieldChange } from "../resources/bucket.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import { layoutChanges, type StreamLayout } from "../resources/stream_layout.ts";
import { bucketFailure } from "./buckets/jetstream_failure.ts";
import { foundLayout, laidOutAgain } from "./layout/laid_out.ts";

/** What became of Trellis' own streams. */
export interface OwnStreamsKept {
  readonly changed: readonly {
    readonly stream: string;
    readonly changes: readonly FieldChange[];
  }[];
  readonly failures: readonly BucketFailure[];
}

/** Keeps Trellis' own streams as they are to be kept; those that are not there are made by others. */
export async function keepOwnStreams(
  { streams }: Pick<JetStreamManager, "streams">,
  layout: StreamLayout,
  isClustered: boolean,
): Promise<OwnStreamsKept> {
  const changed: OwnStreamsKept["changed"][number][] = [];
  const failures: BucketFailure[] = [];
  for (const stream of OWN_STREAMS) {
    try {
      const config = (await orGone(streams.info(stream)))?.config;
      const changes = config === undefined ? [] : layoutChanges(layout, foundLayout(config));
      if (config === undefined || changes.length === 0) continue;
      for (const next of laidOutAgain(config, layout, config, isClustered)) {
        await streams.update(stream, next);
      }
      changed.push({ stream, changes });
    } catch (error) {
      failures.push(bucketFailure(error, `update the stream ${stream}`));
    }
  }
  return { changed, failures };
}
