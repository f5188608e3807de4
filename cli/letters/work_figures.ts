import { isRecord } from "../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import { laterSubject, WORK_KINDS, type WorkKind } from "../../contracts/stored/work_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import { workKeys } from "../../reconcile/consumers/work_row.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { type Hung, hungOf } from "../deployments/hung_work.ts";
import type { RunningInstance } from "../deployments/running_instances.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { canHaveLetters, letterBox } from "./open_letters.ts";
import { type WorkSource, workSource } from "./work_source.ts";

/** How a group, a projection or a relay stands with what it works on. */
export interface WorkFigures {
  readonly deployment: string;
  readonly kind: WorkKind;
  /** The group, or the alias of the bucket. */
  readonly group: string;
  /** False where only its dead letters are left. */
  readonly isDeclared: boolean;
  /** Of groups; undefined until it is made. */
  readonly ordering: GroupBinding["ordering"] | undefined;
  /** Undefined where the server does not say it. */
  readonly work: Backlog | undefined;
  /** Dead letters. */
  readonly dead: number;
  readonly hung: Hung | undefined;
}

/** What stands before one of them. */
export interface Backlog {
  /** Events, or changes, that nobody has begun with. */
  readonly pending: number;
  /** Events in work, or on their way to it. */
  readonly inWork: number;
  /** Events that wait for another try. */
  readonly waiting: number;
  /** When the oldest event was stored that is not settled, ISO 8601; undefined where all are. */
  readonly oldestAt: string | undefined;
}

/** What works on events and changes. */
const OF_EVENTS: readonly WorkKind[] = ["group", "projection", "relay"];
/** As many questions to the server at once. */
const IN_FLIGHT = 16;
/** All questions about one of them take as long at most, in milliseconds. */
const PATIENCE_MS = 5000;

/**
 * Reads how the groups, projections and relays of deployments stand, and what else has dead letters; by deployment
 * and name.
 *
 * @param instances what runs, which tells of handlers that hang
 * @param only those of one kind
 */
export async function readWorkFigures(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
  instances: readonly RunningInstance[],
  only?: WorkKind,
): Promise<Result<readonly WorkFigures[], ExplainedError>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const rows: Row[] = [];
  for (const read of await inParallel(records, IN_FLIGHT, (one) => rowsOf(one, messaging))) {
    const found = read.take();
    if (isErr(found)) return found;
    rows.push(...found.filter(({ kind }) => only === undefined || kind === only));
  }
  const figures = await inParallel(rows, IN_FLIGHT, async ({ source, ...row }) => ({
    ...row,
    ordering: source?.ordering,
    work: source && await backlogOf({ ...row, source }, requests),
    hung: hungOf(instances, { ...row, name: row.group }),
  }));
  return ok(figures.sort((a, b) => order(a, b)));
}

interface Row extends Pick<WorkFigures, "deployment" | "kind" | "group" | "isDeclared" | "dead"> {
  readonly source: WorkSource | undefined;
}

/** What a deployment declares, and what else of it has dead letters. */
async function rowsOf(
  record: AuthorityRecord,
  messaging: Connected["messaging"],
): Promise<Result<readonly Row[], ExplainedError>> {
  const { deployment, desired, materialized } = record;
  if (!canHaveLetters(record)) return ok([]);
  const counts = (await letterBox(record, messaging).counts()).take();
  if (isErr(counts)) return counts;
  const declaredKeys = desired === undefined ? [] : workKeys(desired.needs).keys();
  const declared = [...declaredKeys].map((key) => key.replace("/", "."));
  // How jobs and operations stand, their queues say.
  const keys = [...new Set([...declared, ...counts.keys()])]
    .filter((key) => OF_EVENTS.includes(splitKey(key)[0]));
  return ok(keys.map((key) => {
    const [kind, group] = splitKey(key);
    const isDeclared = declared.includes(key);
    const source = isDeclared ? workSource(kind, group, materialized?.bindings) : undefined;
    return { deployment, kind, group, isDeclared, source, dead: counts.get(key) ?? 0 };
  }));
}

async function backlogOf(
  { deployment, group, source: { stream, consumers, later, name = group } }: {
    readonly deployment: string;
    readonly group: string;
    readonly source: WorkSource;
  },
  requests: JetStreamRequests,
): Promise<Backlog | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  const again = later === undefined ? [] : [{ ...later, isAgain: true }];
  const own = consumers.map((consumer) => ({ stream, consumer, isAgain: false }));
  let [pending, inWork, waiting] = [0, 0, 0];
  let oldest = Infinity;
  for (const source of [...own, ...again]) {
    const api = new StreamApi(requests, source.stream);
    const asked = `$JS.API.CONSUMER.INFO.${source.stream}.${source.consumer}`;
    const info = (await api.ask(asked, "", deadline)).take();
    if (isErr(info)) return undefined;
    const left = Number(info.num_pending) + Number(info.num_ack_pending);
    if (source.isAgain) waiting += Number(info.num_pending);
    else pending += Number(info.num_pending);
    inWork += Number(info.num_ack_pending);
    if (left > 0) oldest = Math.min(oldest, await firstLeft(api, info, deadline));
  }
  if (later !== undefined) {
    const parked = await new StreamApi(requests, later.stream)
      .info(deadline, laterSubject(deployment, name, "*"));
    if (parked.isErr()) return undefined;
    waiting += parked.orThrow().matching;
  }
  const oldestAt = Number.isFinite(oldest) ? new Date(oldest).toISOString() : undefined;
  return { pending, inWork, waiting, oldestAt };
}

/** When the first message was stored that a consumer has not settled, in milliseconds; Infinity: none. */
async function firstLeft(
  api: StreamApi,
  { config, ack_floor }: Readonly<Record<string, unknown>>,
  deadline: number,
): Promise<number> {
  const from = (isRecord(ack_floor) ? Number(ack_floor.stream_seq) : 0) + 1;
  const { filter_subject = ">", filter_subjects } = isRecord(config) ? config : {};
  const filters: readonly unknown[] = Array.isArray(filter_subjects)
    ? filter_subjects
    : [filter_subject];
  const found = await Promise.all(filters.map(async (next) => {
    const message = await api.message({ next: String(next), from }, deadline);
    return message.isOk() ? message.value?.writtenAt ?? Infinity : Infinity;
  }));
  return Math.min(...found);
}

function splitKey(key: string): readonly [WorkKind, string] {
  const kind = WORK_KINDS.find((kind) => key.startsWith(`${kind}.`)) ?? "group";
  return [kind, key.slice(key.indexOf(".") + 1)];
}

function order(a: WorkFigures, b: WorkFigures): number {
  return a.deployment.localeCompare(b.deployment) || a.group.localeCompare(b.group);
}
