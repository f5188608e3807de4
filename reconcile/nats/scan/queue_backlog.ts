import { JetStreamError, type JetStreamManager, type StoredMsg } from "@nats-io/jetstream";
import { serverHas } from "../../../runtime/nats/features/server_features.ts";
import type { NatsConnection } from "@nats-io/nats-core";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import {
  jobStream,
  parsePlace,
  queueSubjects,
  recordsBucket,
} from "../../../contracts/stored/job_names.ts";
import {
  ATTEMPT_HEADER,
  JOB_ID_HEADER,
  PAYLOAD_VERSION_HEADER,
} from "../../../contracts/stored/work_headers.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { orGone } from "../../../runtime/nats/jetstream/library_api_code.ts";
import type { Impact } from "../../changes/impact.ts";
import type { QueueTarget } from "../../impact/queue_target.ts";
import { QueueTally, type ScannedWork } from "../../impact/queue_tally.ts";
import { readStreamOnce } from "./read_stream_once.ts";

/** How long reading goes on. */
export interface QueueReadingOptions {
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

const BATCH = 2000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** The server's answer to a question for more where nothing follows. */
const NONE_LEFT = 404;
/** States in which nothing becomes of an operation any more. */
const ENDED = ["completed", "failed", "cancelled"];

/** What a change concerns of a queue and of its dead letters, on a NATS server; changes nothing. */
export async function queueBacklog(
  connection: NatsConnection,
  manager: JetStreamManager,
  target: QueueTarget,
  options: QueueReadingOptions,
): Promise<Impact> {
  const { deployment, kind, alias, queue, consumers, question } = target;
  const at = new Date(Date.now()).toISOString();
  const tally = new QueueTally(question);
  const dead = `dead.${deploymentToken(deployment)}.${kind}.${queue}.>`;
  const read = async (stream: string, filter: string) =>
    await readQueue(connection, manager, stream, filter, options, (message) => {
      const work = scanned(message, stream === deadStream(deployment));
      if (work !== undefined) tally.add(work);
    });
  const isWhole = await read(jobStream(deployment), queueSubjects(deployment, kind, queue)) &&
    await read(deadStream(deployment), dead);
  const infos = await Promise.all(consumers.map((key) => {
    const [stream = "", name = ""] = key.split("/");
    return orGone(manager.consumers.info(stream, name));
  }));
  const states = kind === "operation"
    ? await unended(connection, manager, deployment, queue, options)
    : undefined;
  return {
    bucket: alias,
    kind: "queue",
    ...tally.count(),
    inWork: infos.reduce((sum, info) => sum + (info?.num_ack_pending ?? 0), 0),
    ...(states === undefined ? {} : { states }),
    complete: isWhole,
    at,
  };
}

/**
 * Reads what is in a stream of queues, in order. It takes no consumer: a work queue would give it away. False
 * when the time was over before the end.
 */
async function readQueue(
  connection: NatsConnection,
  manager: JetStreamManager,
  stream: string,
  filter: string,
  { deadline, signal }: QueueReadingOptions,
  visit: (message: StoredMsg) => void,
): Promise<boolean> {
  const info = await orGone(manager.streams.info(stream));
  if (info === undefined || info.state.messages === 0) return true;
  const last = info.state.last_seq;
  const inBatches = serverHas(connection.info?.version, "batchedReads");
  for (let seq = 1; seq <= last;) {
    if (performance.now() > deadline || signal?.aborted === true) return false;
    const found = await next(manager, stream, { seq, next_by_subj: filter }, inBatches);
    const reached = found.at(-1);
    if (reached === undefined) return true;
    for (const message of found) if (message.seq <= last) visit(message);
    seq = reached.seq + 1;
  }
  return true;
}

/** The next messages of a filter; none when there are none. */
async function next(
  manager: JetStreamManager,
  stream: string,
  query: { readonly seq: number; readonly next_by_subj: string },
  inBatches: boolean,
): Promise<readonly StoredMsg[]> {
  if (!inBatches) {
    const message = await orGone(manager.streams.getMessage(stream, query));
    return message ? [message] : [];
  }
  const found: StoredMsg[] = [];
  const limits = { batch: BATCH, max_bytes: BATCH_BYTES };
  try {
    for await (const message of await manager.direct.getBatch(stream, { ...query, ...limits })) {
      found.push(message);
    }
  } catch (error) {
    const isEnd = error instanceof JetStreamError && "code" in error && error.code === NONE_LEFT;
    if (!isEnd) throw error;
  }
  return found;
}

/** Schedules are none of a queue's work: they are written anew with each change. */
function scanned(message: StoredMsg, isDead: boolean): ScannedWork | undefined {
  const place = parsePlace(message.subject);
  if (place === undefined && !isDead) return undefined;
  const header = (name: string) => message.header.get(name) || undefined;
  return {
    id: header(JOB_ID_HEADER) ?? message.subject.slice(message.subject.lastIndexOf(".") + 1),
    isDead,
    isLater: place?.state === "later",
    attempt: Number(header(ATTEMPT_HEADER) ?? 1),
    version: header(PAYLOAD_VERSION_HEADER),
    writtenAt: message.time.getTime(),
    body: message.data,
  };
}

/** Operations that have not ended, by state, as their records say. */
async function unended(
  connection: NatsConnection,
  manager: JetStreamManager,
  deployment: string,
  queue: string,
  { deadline, signal }: QueueReadingOptions,
): Promise<Readonly<Record<string, number>>> {
  const states: Record<string, number> = {};
  const decoder = new TextDecoder();
  const bucket = recordsBucket(deployment);
  if (await orGone(manager.streams.info(`KV_${bucket}`)) === undefined) return states;
  await readStreamOnce(connection, manager, {
    stream: `KV_${bucket}`,
    filter: `$KV.${bucket}.operation.${queue}.*`,
    newest: true,
    through: Number.MAX_SAFE_INTEGER,
    data: true,
    deadline,
    ...(signal === undefined ? {} : { signal }),
    visit: ({ data, marker }) => {
      const record = marker ? undefined : readJson(decoder.decode(data));
      const state = isRecord(record) ? record.state : undefined;
      if (typeof state !== "string" || ENDED.includes(state)) return;
      states[state] = (states[state] ?? 0) + 1;
    },
    tick: () => {},
  });
  return states;
}
