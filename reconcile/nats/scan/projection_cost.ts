import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { parsePosition } from "../../../contracts/stored/position.ts";
import { POSITION_HEADER } from "../../../contracts/stored/work_headers.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { Impact } from "../../changes/impact.ts";
import { FirstAffected } from "../../impact/first_affected.ts";
import type { ProjectionTarget } from "../../impact/projection_target.ts";
import { rebuildTimeMs } from "../../impact/rebuild_time.ts";
import { streamName } from "../buckets/kv_streams.ts";
import { countEvents } from "./count_events.ts";
import {
  readStreamOnce,
  type StreamReadingFailure,
  type StreamReadingOptions,
} from "./read_stream_once.ts";

/** How the bucket of a projection is read. */
export type CostOptions =
  & Pick<StreamReadingOptions, "deadline" | "forgottenAfterMs" | "signal">
  & { readonly progress: ((scanned: number, total: number) => void) | undefined };

/**
 * What it takes to make a projection again: events are counted by the server, and of the values that are there
 * only headers are read. A key whose last event is gone has no event left, and would have no value.
 */
export async function projectionCost(
  connection: NatsConnection,
  manager: JetStreamManager,
  { alias, bucket, filters, effect }: ProjectionTarget,
  options: CostOptions,
): Promise<Result<Impact, StreamReadingFailure>> {
  const source = await orGone(manager.streams.info(EVENT_STREAM));
  const events = source === undefined ? 0 : await countEvents(manager, EVENT_STREAM, 1, filters);
  const stream = bucket === undefined ? undefined : streamName(bucket);
  const info = stream === undefined ? undefined : await orGone(manager.streams.info(stream));
  const total = info?.state.num_subjects ?? 0;
  const first = new FirstAffected();
  let [values, lost, bytes, scanned, complete] = [0, 0, 0, 0, true];
  if (stream !== undefined && info !== undefined && info.state.messages > 0) {
    const prefix = `$KV.${bucket}.`;
    const read = (await readStreamOnce(connection, manager, {
      ...options,
      stream,
      filter: `${prefix}>`,
      newest: true,
      through: info.state.last_seq,
      data: false,
      visit(message) {
        const order = scanned++;
        if (message.marker) return;
        values++;
        const position = parsePosition(message.header(POSITION_HEADER));
        const isThere = position?.created === String(source?.created) &&
          position.sequence >= (source?.state.first_seq ?? 0);
        if (isThere || effect === "remade") return;
        lost++;
        bytes += message.bytes;
        const key = message.subject.slice(prefix.length);
        const createdAt = new Date(message.writtenAt).toISOString();
        if (first.wants(order, key)) first.take(order, { key, createdAt });
      },
      tick: () => options.progress?.(scanned, total),
    })).take();
    if (isErr(read)) return read;
    complete = read === "complete";
  }
  const concerned = effect === "remade" ? values : lost;
  return ok({
    bucket: bucket ?? alias,
    kind: "projection",
    effect,
    values: concerned,
    revisions: concerned,
    bytes,
    events,
    estimatedMs: rebuildTimeMs(events, Math.max(values, total)),
    first: first.entries,
    complete,
    scanned,
    at: new Date(Date.now()).toISOString(),
  });
}
