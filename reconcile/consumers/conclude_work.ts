import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { stepsBucket } from "../../contracts/stored/work_names.ts";
import type {
  Bindings,
  GroupBinding,
  ProjectionBinding,
  QueueBinding,
} from "../../contracts/stored/bindings.ts";
import { type QueueKind, recordsBucket } from "../../contracts/stored/job_names.ts";
import type { ByKey } from "../needs/need_types.ts";
import type { BoundWork, ResourceProblem } from "../records/authority_record.ts";
import { isWaiting, SHARED, type WorkRow } from "./work_row.ts";
import type { WorkFound } from "./work_found.ts";
import { changesOf } from "./work_drift.ts";
import { differs } from "./work_problem.ts";
import {
  consumerKey,
  isOwn,
  type SharedKind,
  type WorkAbilities,
} from "../resources/work_streams.ts";

/** What of the bindings is about groups, projections, relays and queues. */
export const WORK_BINDINGS = [
  "groups",
  "projections",
  "relays",
  "jobs",
  "operations",
  "records",
  "rates",
  "transfer",
  "dead",
  "steps",
] as const;

/** What a reconcile made of groups, projections, relays and queues. */
export interface WorkConclusion {
  readonly bindings: Pick<Bindings, typeof WORK_BINDINGS[number]>;
  /** By place; what is to be removed and is still there is among them. */
  readonly work: ByKey<BoundWork> | undefined;
  readonly problems: readonly ResourceProblem[];
}

/** What a conclusion is drawn from. */
export interface WorkFindings {
  readonly deployment: string;
  readonly rows: readonly WorkRow[];
  /** What the record says, or an unfinished reconcile may have made. */
  readonly known: ByKey<BoundWork>;
  /** As it is after the actions. */
  readonly after: WorkFound;
  /** What was in the way. */
  readonly problems: readonly ResourceProblem[];
  /** The projections, as they are to be bound. */
  readonly projections: ByKey<ProjectionBinding>;
  /** What was bound before. */
  readonly before: Bindings | undefined;
  /** Keys of queues whose consumers are made anew when what they have in work is done. */
  readonly moving: readonly string[];
  readonly abilities: WorkAbilities;
}

/** Says what is bound: what is there, whole and its own. */
export function concludeWork(findings: WorkFindings): WorkConclusion {
  const { deployment, rows, known, after, moving } = findings;
  const problems = [...findings.problems];
  const work = new Map<string, BoundWork>();
  const bound: WorkRow[] = [];
  for (const row of rows) {
    const isKnown = problems.some(({ resource }) => resource === row.key);
    const fields = moving.includes(row.key) ? undefined : differences(row, after);
    if (fields === undefined) {
      if (Object.hasOwn(known, row.place)) work.set(row.place, known[row.place]!);
      continue;
    }
    bound.push(row);
    const entry = Object.hasOwn(known, row.place) ? known[row.place] : undefined;
    work.set(row.place, remembered(row, entry, after));
    if (fields.length > 0 && !isKnown) problems.push(differs(row.key, row.key, fields));
  }
  for (const [place, entry] of Object.entries(known)) {
    const isGone = !rows.some((row) => row.place === place);
    if (isGone && (isThere(entry, after) || after.left.has(place))) work.set(place, entry);
  }
  const entries = [...work].sort(([a], [b]) => a < b ? -1 : 1);
  const shared = rows.find(({ key }) => key === SHARED);
  // Each for itself: where there is no room for files, work goes on.
  const streamOf = (kind: SharedKind) =>
    shared?.streams.find(({ name, owner }) => {
      const state = after.streams.get(name);
      return owner.kind === kind && state !== undefined && isOwn(state, owner);
    })?.name;
  const dead = streamOf("dead");
  const groups = bound.flatMap((row) => groupBinding(row, after));
  const projections = bound.flatMap((row) => projectionBinding(row, findings));
  const relays = bound.flatMap((row) => relayBinding(row));
  const queues = (kind: QueueKind) =>
    rows.filter((row) => row.kind === kind).flatMap((row) =>
      moving.includes(row.key)
        ? boundWhileMoving(row, findings)
        : bound.includes(row)
        ? queueBinding(row, findings)
        : []
    );
  const [rates, transfer] = [streamOf("rates"), streamOf("transfer")];
  return {
    bindings: {
      ...mapUnlessEmpty("groups", groups),
      ...mapUnlessEmpty("projections", projections),
      ...mapUnlessEmpty("relays", relays),
      ...mapUnlessEmpty("jobs", queues("job")),
      ...mapUnlessEmpty("operations", queues("operation")),
      ...(streamOf("records") === undefined ? {} : { records: recordsBucket(deployment) }),
      ...(rates === undefined ? {} : { rates }),
      ...(transfer === undefined ? {} : { transfer }),
      ...(dead === undefined ? {} : { dead }),
      ...(streamOf("steps") === undefined ? {} : { steps: stepsBucket(deployment) }),
    },
    work: entries.length === 0 ? undefined : Object.fromEntries(entries),
    problems,
  };
}

/** Fields in which a row is not as declared; undefined: it is not all there, or not its own. */
function differences(
  row: WorkRow,
  after: WorkFound,
): readonly string[] | undefined {
  const { streams, consumers } = row;
  if (isWaiting(row)) return undefined;
  const fields = new Set<string>();
  const pairs = [
    ...streams.map((stream) => [stream, after.streams.get(stream.name)] as const),
    ...consumers.map((consumer) => [consumer, after.consumers.get(consumerKey(consumer))] as const),
  ];
  for (const [declared, state] of pairs) {
    if (state === undefined || !isOwn(state, declared.owner)) return undefined;
    for (const { field } of changesOf(declared, state)) fields.add(field);
  }
  return [...fields].sort();
}

/** What was declared, but for what is still as it was declared before. */
function remembered(
  { name, streams, consumers }: WorkRow,
  known: BoundWork | undefined,
  after: WorkFound,
): BoundWork {
  const left = Object.entries(known?.consumers ?? {}).filter(([key]) => after.consumers.has(key));
  const leftStreams = Object.entries(known?.streams ?? {})
    .filter(([name]) => after.streams.has(name));
  const settled = consumers.filter((consumer) => {
    const state = after.consumers.get(consumerKey(consumer));
    return state !== undefined && changesOf(consumer, state).length === 0;
  }).map((consumer) => [consumerKey(consumer), consumer.settings] as const);
  const settledStreams = streams.filter((stream) => {
    const state = after.streams.get(stream.name);
    return state !== undefined && changesOf(stream, state).length === 0;
  }).map((stream) => [stream.name, stream.settings] as const);
  return {
    alias: name,
    streams: Object.fromEntries([...leftStreams, ...settledStreams]),
    consumers: Object.fromEntries([...left, ...settled]),
  };
}

function isThere({ streams, consumers }: BoundWork, after: WorkFound): boolean {
  const isLeft = (name: string) => {
    const owner = after.streams.get(name)?.owner;
    return owner !== undefined && owner.kind !== "dead" && owner.kind !== "records";
  };
  return Object.keys(streams).some(isLeft) ||
    Object.keys(consumers).some((key) => after.consumers.has(key));
}

function groupBinding(
  { kind, name, physical, settings, consumers, streams: ownStreams }: WorkRow,
  { streams }: WorkFound,
): readonly (readonly [string, GroupBinding])[] {
  const later = consumers.at(-1);
  const [first] = consumers;
  if (kind !== "group" || settings === undefined || later === undefined) return [];
  if (first === undefined) return [];
  const { replay: _, ...work } = settings;
  const schedules = streams.get(later.stream)?.settings.schedules === true;
  return [[name, {
    ...work,
    stream: first.stream,
    filters: first.stream === EVENT_STREAM
      ? first.settings.filters
      : ownStreams.flatMap(({ settings }) => settings.transforms.map(({ from }) => from)).sort(),
    consumers: consumers.slice(0, -1).map((consumer) => consumer.name),
    later: {
      stream: later.stream,
      consumer: later.name,
      ...(schedules ? { schedules: true } : {}),
    },
    ...(physical === name ? {} : { name: physical }),
  }]];
}

function projectionBinding({ kind, name }: WorkRow, { projections }: WorkFindings) {
  const binding = Object.hasOwn(projections, name) ? projections[name] : undefined;
  return kind !== "projection" || binding === undefined ? [] : [[name, binding] as const];
}

function relayBinding({ kind, name, consumers: [consumer] }: WorkRow) {
  if (kind !== "relay" || consumer === undefined) return [];
  return [[name, { stream: consumer.stream, consumer: consumer.name }] as const];
}

function queueBinding(
  { name, consumers, queue }: WorkRow,
  { after: { streams }, abilities: { wideExpectations } }: WorkFindings,
): readonly (readonly [string, QueueBinding])[] {
  const [first] = consumers;
  if (queue === undefined || first === undefined) return [];
  const { classes, keyed, ...work } = queue;
  const parts = consumers.length / classes;
  const names = consumers.map((consumer) => consumer.name);
  return [[name, {
    ...work,
    stream: first.stream,
    consumers: Array.from(
      { length: classes },
      (_, priority) => names.slice(priority * parts, (priority + 1) * parts),
    ),
    ...(keyed === undefined ? {} : { maxActive: keyed.maxActive }),
    ...(streams.get(first.stream)?.settings.schedules === true ? { schedules: true } : {}),
    ...(wideExpectations ? { wideExpectations: true } : {}),
  }]];
}

/**
 * Services ask what a queue will have and what it still has: an instance that starts now gets what is new as soon
 * as it is there, and what a dead worker has left where it was.
 */
function boundWhileMoving(
  row: WorkRow,
  findings: WorkFindings,
): readonly (readonly [string, QueueBinding])[] {
  const { kind, name } = row;
  const { jobs = {}, operations = {} } = findings.before ?? {};
  const queues = kind === "job" ? jobs : operations;
  const former = Object.hasOwn(queues, name) ? queues[name]!.consumers : [];
  return queueBinding(row, findings).map(([, binding]) => {
    const known = new Set(binding.consumers.flat());
    const last = binding.consumers.length - 1;
    const consumers = binding.consumers.map((ones, priority) => {
      const left = priority === last ? former.slice(last).flat() : former[priority] ?? [];
      return [...ones, ...left.filter((one) => !known.has(one))];
    });
    return [name, { ...binding, consumers }] as const;
  });
}

function mapUnlessEmpty<Name extends string, T>(
  name: Name,
  entries: readonly (readonly [string, T])[],
): { readonly [N in Name]?: Readonly<Record<string, T>> } {
  if (entries.length === 0) return {};
  const sorted = [...entries].sort(([a], [b]) => a < b ? -1 : 1);
  // A computed name is not kept by the type of an object literal.
  return { [name]: Object.fromEntries(sorted) } as { [N in Name]: Record<string, T> };
}
