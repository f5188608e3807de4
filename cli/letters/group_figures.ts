import { isRecord } from "../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import { laterSubject, type WorkKind } from "../../contracts/stored/work_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { canHaveLetters, letterBox } from "./open_letters.ts";

/** How a group stands with its events. */
export interface GroupFigures {
  readonly deployment: string;
  readonly kind: WorkKind;
  readonly group: string;
  /** False where only its dead letters are left. */
  readonly isDeclared: boolean;
  /** Undefined until it is made. */
  readonly ordering: GroupBinding["ordering"] | undefined;
  /** Undefined where the server does not say it. */
  readonly work: WorkFigures | undefined;
  /** Dead letters. */
  readonly dead: number;
}

/** What stands before a group. */
export interface WorkFigures {
  /** Events that nobody has begun with. */
  readonly pending: number;
  /** Events in work, or on their way to it. */
  readonly inWork: number;
  /** Events that wait for another try. */
  readonly waiting: number;
  /** When the oldest event was stored that is not settled, ISO 8601; undefined where all are. */
  readonly oldestAt: string | undefined;
}

/** As many questions to the server at once. */
const IN_FLIGHT = 16;
/** All questions about one group take as long at most, in milliseconds. */
const PATIENCE_MS = 5000;

/** Reads how the groups of deployments stand, and what else has dead letters; by deployment and name. */
export async function readGroupFigures(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
): Promise<Result<readonly GroupFigures[], ExplainedError>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const rows: Group[] = [];
  for (const record of records) {
    const found = (await groupsOf(record, messaging)).take();
    if (isErr(found)) return found;
    rows.push(...found);
  }
  const figures = await inParallel(rows, IN_FLIGHT, async ({ binding, ...group }) => ({
    ...group,
    ordering: binding?.ordering,
    work: binding && await workOf({ ...group, binding }, requests),
  }));
  return ok(figures.sort((a, b) => order(a, b)));
}

interface Group
  extends Pick<GroupFigures, "deployment" | "kind" | "group" | "isDeclared" | "dead"> {
  readonly binding: GroupBinding | undefined;
}

/** The groups that a deployment declares, and what else of it has dead letters. */
async function groupsOf(
  record: AuthorityRecord,
  messaging: Connected["messaging"],
): Promise<Result<readonly Group[], ExplainedError>> {
  const { deployment, desired, materialized } = record;
  const declared = Object.keys(desired?.needs.consumers ?? {}).map((group) => `group.${group}`);
  if (!canHaveLetters(record)) return ok([]);
  const counts = (await letterBox(record, messaging).counts()).take();
  if (isErr(counts)) return counts;
  const { groups = {} } = materialized?.bindings ?? {};
  return ok([...new Set([...declared, ...counts.keys()])].map((key) => {
    const [kind, group] = splitKey(key);
    const isDeclared = declared.includes(key);
    const binding = isDeclared ? groups[group] : undefined;
    return { deployment, kind, group, isDeclared, binding, dead: counts.get(key) ?? 0 };
  }));
}

async function workOf(
  { deployment, group, binding: { stream, consumers, later, name = group } }: {
    readonly deployment: string;
    readonly group: string;
    readonly binding: GroupBinding;
  },
  requests: JetStreamRequests,
): Promise<WorkFigures | undefined> {
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
  const [kind = "", group = ""] = key.split(".");
  return [kind === "projection" || kind === "relay" ? kind : "group", group];
}

function order(a: GroupFigures, b: GroupFigures): number {
  return a.deployment.localeCompare(b.deployment) || a.group.localeCompare(b.group);
}
