import type { JetStreamManager } from "@nats-io/jetstream";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import { EVENT_ID_HEADER, EVENT_TIME_HEADER } from "../../../contracts/stored/event_stream.ts";
import { deadStream, laterStream } from "../../../contracts/stored/work_names.ts";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { Impact } from "../../changes/impact.ts";
import type { GroupTarget } from "../../impact/bucket_scanner.ts";
import { countEvents } from "./count_events.ts";

/** Names that are shown of those that wait. */
const SHOWN = 3;

/** What waits for a group and what is in work, on a NATS server; changes nothing. */
export async function groupBacklog(
  manager: JetStreamManager,
  { deployment, alias, group, consumers, event }: GroupTarget,
): Promise<Impact | undefined> {
  const [token, later] = [deploymentToken(deployment), laterStream(deployment)];
  const infos = (await Promise.all(consumers.map((key) => {
    const [stream = "", name = ""] = key.split("/");
    return orGone(manager.consumers.info(stream, name));
  }))).filter((info) => info !== undefined);
  if (infos.length === 0) return undefined;
  let [values, inWork, waiting] = [0, 0, 0];
  const first = new Map<number, Impact["first"][number]>();
  for (const { stream_name: stream, config, ack_floor, ...counts } of infos) {
    if (stream === later) {
      if (event !== undefined) continue;
      waiting += counts.num_pending + counts.num_ack_pending;
      continue;
    }
    const seq = ack_floor.stream_seq + 1;
    const all = config.filter_subjects ?? [config.filter_subject ?? ">"];
    const filters = event === undefined ? all : filtersOf(event, all);
    inWork += event === undefined ? counts.num_ack_pending : 0;
    values += event === undefined
      ? counts.num_pending + counts.num_ack_pending
      : await countEvents(manager, stream, seq, filters);
    for (const filter of values === 0 ? [] : filters) {
      const query = { seq, next_by_subj: filter };
      const found = await orGone(manager.streams.getMessage(stream, query));
      const id = found?.header.get(EVENT_ID_HEADER);
      if (!found || !id) continue;
      const createdAt = found.header.get(EVENT_TIME_HEADER) || found.timestamp;
      first.set(found.seq, { key: id, createdAt });
    }
  }
  waiting += event === undefined ? await stored(manager, later, `later.${token}.${group}.>`) : 0;
  const dead = await stored(manager, deadStream(deployment), `dead.${token}.group.${group}.>`);
  return {
    bucket: alias,
    kind: "group",
    effect: "unhandled",
    values,
    revisions: values,
    bytes: 0,
    ...(event === undefined ? { inWork, waiting, dead } : {}),
    first: [...first].sort(([a], [b]) => a - b).slice(0, SHOWN).map(([, entry]) => entry),
    complete: true,
    scanned: values,
    at: new Date(Date.now()).toISOString(),
  };
}

/** The filters that an event has: those of a group are `events.v1.<event>.*`, or its lanes. */
function filtersOf(event: string, filters: readonly string[]): readonly string[] {
  const lane = filters.find((filter) => filter.startsWith("group."));
  if (lane !== undefined) {
    const [prefix] = lane.split(".>");
    return [`${prefix}.*.${event}.>`];
  }
  return filters.filter((filter) => {
    const rest = filter.split(".").slice(2).join(".");
    return rest.replace(/(\.\*)*$/, "") === event;
  });
}

async function stored(manager: JetStreamManager, stream: string, filter: string): Promise<number> {
  const info = await orGone(manager.streams.info(stream, { subjects_filter: filter }));
  return Object.values(info?.state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
}
