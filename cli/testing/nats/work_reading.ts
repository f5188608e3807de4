import {
  type ConsumerInfo,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { ConsumerFigures, WorkFigures } from "./unsettled.ts";

type Connected = Pick<NatsMessaging, "connection">;

/** The streams and consumers of a server that a test has for itself. */
export function openManager({ connection }: Connected): Promise<JetStreamManager> {
  return jetstreamManager(connection, { checkAPI: false });
}

/** Reads how much work is left. */
export async function readFigures(manager: JetStreamManager): Promise<WorkFigures> {
  const streams = await Array.fromAsync(manager.streams.list());
  const consumers = await Promise.all(
    streams.filter(({ state }) => state.consumer_count > 0)
      .map(async ({ config: { name } }) => await Array.fromAsync(manager.consumers.list(name))),
  );
  return {
    consumers: consumers.flat().filter(({ config }) => config.durable_name).map(figuresOf),
    uncopied: streams.reduce((sum, { sources = [] }) => sum + lagOf(sources), 0),
    stored: streams.map(({ state }) => state.last_seq).join(),
  };
}

function figuresOf(info: ConsumerInfo): ConsumerFigures {
  const { stream_name, name, num_pending, num_ack_pending, num_waiting, delivered } = info;
  return {
    name: `${stream_name}/${name}`,
    pending: num_pending,
    inWork: num_ack_pending,
    isWorkedOn: num_waiting > 0 || delivered.consumer_seq > 0,
  };
}

function lagOf(sources: NonNullable<StreamInfo["sources"]>): number {
  return sources.reduce((sum, { lag }) => sum + lag, 0);
}
