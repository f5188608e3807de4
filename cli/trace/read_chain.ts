import { type Err, err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type Cause, parseCause } from "../../contracts/stored/cause.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { ScannedMessage } from "../../reconcile/nats/scan/scanned_message.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { EVENT_ID_HEADER } from "../../runtime/events/nats/event_headers.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { TRACEPARENT_HEADER } from "../../runtime/nats/headers/header_names.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { EventSchemas } from "../letters/event_schemas.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import {
  type ChainFacts,
  type EventFact,
  type MissingFact,
  originOf,
  type RequestFact,
  type RootFact,
  type ValueFact,
} from "./chain.ts";
import { consumes, type ConsumingGroup, consumingGroups } from "./consuming_groups.ts";
import { GroupStates } from "./group_states.ts";
import { scanHeaders } from "./nats/scan_headers.ts";
import { type StoredWork, storedWork, workFacts } from "./stored_work.ts";
import { type TraceRoot, ulidTime } from "./trace_root.ts";
import { foldedEvents, valuePlaces, ValueReading } from "./value_places.ts";

/** How much is read at most. */
export interface TraceBounds {
  /** Messages of each stream. */
  readonly most: number;
  /** Milliseconds in all. */
  readonly patienceMs: number;
}

/** What was found, and what was left out. */
export interface ReadChain {
  readonly facts: ChainFacts;
  /** Messages whose headers were read. */
  readonly read: number;
  /** Streams that were not read to their end, and up to when they were. */
  readonly leftOut: readonly { readonly stream: string; readonly until: number }[];
}

/** Events whose groups are asked how they stand with them. */
const MOST_ASKED = 200;
/** An event is looked for behind at most so many others. */
const MOST_CLIMBS = 20;
/** As many buckets are read at once. */
const IN_FLIGHT = 4;

/**
 * Finds what a request, an event, a job or an operation has led to, and what has led to it: in the stream of events,
 * the queues, the buckets and stores of services and their dead letters, by headers alone. Only of events that
 * projections fold are the bodies read, because the key is in them.
 */
export async function readChain(
  root: TraceRoot,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
  bounds: TraceBounds,
  signal: AbortSignal,
): Promise<Result<ReadChain, ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const reading = new ChainReading(records, messaging, bounds, signal);
  return await reading.run(root);
}

class ChainReading {
  readonly #records: readonly AuthorityRecord[];
  readonly #messaging: Connected["messaging"];
  readonly #schemas: EventSchemas;
  readonly #most: number;
  readonly #deadline: number;
  readonly #signal: AbortSignal;
  readonly #leftOut = new Map<string, number>();
  /** By `job:<id>` and `op:<id>`, and by what has caused them. */
  readonly #work = new Map<string, StoredWork>();
  readonly #workByCause = new Map<string, readonly StoredWork[]>();
  #read = 0;

  constructor(
    records: readonly AuthorityRecord[],
    messaging: Connected["messaging"],
    { most, patienceMs }: TraceBounds,
    signal: AbortSignal,
  ) {
    this.#records = records;
    this.#messaging = messaging;
    this.#schemas = new EventSchemas(records);
    this.#most = most;
    this.#deadline = performance.now() + patienceMs;
    this.#signal = signal;
  }

  async run(from: TraceRoot): Promise<Result<ReadChain, ExplainedError>> {
    const stored = (await storedWork(
      this.#records,
      this.#messaging,
      (stream, visit) => this.#scan(stream, from.since, visit),
      (stream, until) => this.#leftOut.set(stream, until),
    )).take();
    if (isErr(stored)) return stored;
    for (const work of stored) {
      this.#work.set(`${work.kind}:${work.id}`, work);
      const cause = originOf(work.cause);
      this.#workByCause.set(cause, [...this.#workByCause.get(cause) ?? [], work]);
    }
    const found = (await this.#beginning(from)).take();
    if (isErr(found)) return found;
    const { begin, since, pass: { known, events } } = found;
    const asked = [...(begin?.kind === "event" ? [begin] : []), ...events].slice(0, MOST_ASKED);
    const consuming = consumingGroups(this.#records);
    const values = (await this.#values(known, since, consuming, asked)).take();
    if (isErr(values)) return values;
    const caused = [...known].flatMap((cause) => this.#work.get(cause) ?? []).slice(0, MOST_ASKED);
    const work = (await workFacts(caused, this.#messaging)).take();
    if (isErr(work)) return work;
    const states = new GroupStates(consuming, this.#messaging);
    const groups = (await states.of(asked)).take();
    if (isErr(groups)) return groups;
    const root = begin !== undefined && "queue" in begin
      ? work.find(({ kind, id }) => kind === begin.kind && id === begin.id)
      : begin;
    return ok({
      facts: {
        root: root ?? unstoredRoot(from, [...events, ...work, ...values]),
        events,
        work,
        values,
        groups,
      },
      read: this.#read,
      leftOut: [...this.#leftOut].map(([stream, until]) => ({ stream, until })),
    });
  }

  /** Where the chain begins: from what is meant to its cause, as far as that is stored. */
  async #beginning({ causes, id, since }: TraceRoot): Promise<Result<Beginning, ExplainedError>> {
    let pass: Pass | Err<ExplainedError> = (await this.#pass(causes, id, since)).take();
    if (isErr(pass)) return pass;
    let begin: Beginning["begin"] = pass.own ??
      causes.map((cause) => this.#work.get(cause)).find((work) => work !== undefined);
    let passed = causes.join();
    let from = since;
    for (let climbs = 0; climbs < MOST_CLIMBS && begin !== undefined; climbs++) {
      const above: Cause | undefined = "cause" in begin ? parseCause(begin.cause) : undefined;
      if (above === undefined) break;
      const { kind, id }: Cause = above;
      from = Math.min(from, ulidTime(id) ?? from);
      if (kind === "rpc") begin = { kind, id, at: ulidTime(id) };
      else if (kind === "cron") begin = { kind: "missing", of: kind, id, at: undefined };
      else if (kind === "event") {
        const higher: Pass | Err<ExplainedError> = (await this.#pass([`event:${id}`], id, from))
          .take();
        if (isErr(higher)) return higher;
        // What led to it is not stored any more: the chain begins here.
        if (higher.own === undefined) break;
        [begin, pass, passed] = [higher.own, higher, `event:${id}`];
      } else {
        const work = this.#work.get(`${kind}:${id}`);
        if (work === undefined) break;
        begin = work;
      }
    }
    const cause = begin && `${begin.kind === "missing" ? begin.of : begin.kind}:${begin.id}`;
    if (cause !== undefined && passed !== cause) {
      pass = (await this.#pass([cause], begin?.id ?? id, from)).take();
      if (isErr(pass)) return pass;
    }
    return ok({ begin, since: from, pass });
  }

  /** Reads the stream of events once. What leads to something is stored before it. */
  async #pass(
    causes: readonly string[],
    id: string,
    since: number,
  ): Promise<Result<Pass, ExplainedError>> {
    const known = new Set<string>();
    const know = (cause: string): void => {
      if (known.has(cause)) return;
      known.add(cause);
      for (const work of this.#workByCause.get(cause) ?? []) know(`${work.kind}:${work.id}`);
    };
    for (const cause of causes) know(cause);
    const events: EventFact[] = [];
    let own: EventFact | undefined;
    const scanned = await this.#scan(EVENT_STREAM, since, (message) => {
      const isOwn = known.has(`event:${id}`) && message.header(EVENT_ID_HEADER) === id;
      if (!isOwn && !known.has(originOf(message.header(CAUSE_HEADER)))) return;
      const event = this.#event(message);
      know(`event:${event.id}`);
      if (isOwn) own = event;
      else events.push(event);
    });
    return scanned.map(() => ({ own, events, known }));
  }

  /** Every revision of a key that these have led to, and what projections have made of the events. */
  async #values(
    causes: ReadonlySet<string>,
    since: number,
    groups: readonly ConsumingGroup[],
    events: readonly EventFact[],
  ): Promise<Result<readonly ValueFact[], ExplainedError>> {
    const bodies = await this.#bodies(
      events.filter(({ subject }) =>
        groups.some((group) => group.kind === "projection" && consumes(group, subject))
      ),
    );
    const values: ValueFact[] = [];
    const scans = await inParallel(valuePlaces(this.#records), IN_FLIGHT, async (place) => {
      const reading = new ValueReading(place, causes, foldedEvents(place, groups, bodies));
      const scan = await this.#scan(place.stream, since, (message) => reading.add(message));
      values.push(...reading.values);
      return scan;
    });
    for (const scan of scans) if (scan.isErr()) return err(scan.error);
    return ok(values);
  }

  /** The bodies of events, those that are still stored. */
  async #bodies(events: readonly EventFact[]): Promise<ReadonlyMap<EventFact, Uint8Array>> {
    const { line, session } = this.#messaging;
    const api = new StreamApi(JetStreamRequests.of(line, inboxPrefix(session)), EVENT_STREAM);
    const found = await inParallel(events, IN_FLIGHT, async (event) => {
      const read = await api.message({ at: event.sequence }, this.#deadline);
      return read.isOk() && read.value !== undefined ? [[event, read.value.data] as const] : [];
    });
    return new Map(found.flat());
  }

  async #scan(
    stream: string,
    since: number,
    visit: (message: ScannedMessage) => void,
  ): Promise<Result<void, ExplainedError>> {
    const end = (await scanHeaders(this.#messaging, {
      stream,
      since,
      most: this.#most,
      deadline: this.#deadline,
      signal: this.#signal,
      visit,
    })).take();
    if (isErr(end)) return end;
    this.#read += end.messages;
    if (end.stoppedAt !== undefined) this.#leftOut.set(stream, end.stoppedAt);
    return ok();
  }

  #event({ subject, sequence, writtenAt, header }: ScannedMessage): EventFact {
    return {
      kind: "event",
      // Another program may have published it, without an id.
      id: header(EVENT_ID_HEADER) ?? `seq-${sequence}`,
      at: writtenAt,
      name: this.#schemas.nameOf(subject),
      subject,
      sequence,
      deployment: this.#schemas.ownerOf(subject),
      cause: header(CAUSE_HEADER),
      traceparent: header(TRACEPARENT_HEADER),
    };
  }
}

/** Where a chain begins of which nothing else is stored than what it has led to: that says what it was. */
function unstoredRoot(
  { causes, id }: TraceRoot,
  effects: readonly { readonly cause: string | undefined }[],
): RootFact {
  const led = effects.map(({ cause }) => originOf(cause)).find((cause) => causes.includes(cause));
  const { kind = "event" } = parseCause(led ?? causes[0]) ?? {};
  const at = ulidTime(id);
  return kind === "rpc" ? { kind, id, at } : { kind: "missing", of: kind, id, at };
}

/** What one reading of the stream of events has found. */
interface Pass {
  /** The event that is looked for itself. */
  readonly own: EventFact | undefined;
  /** Every event that what is looked for has led to. */
  readonly events: readonly EventFact[];
  /** It, and all that it has led to, as causes. */
  readonly known: ReadonlySet<string>;
}

/** Where a chain begins. */
interface Beginning {
  /** Undefined where nothing is stored of what is meant. */
  readonly begin: RequestFact | MissingFact | EventFact | StoredWork | undefined;
  readonly since: number;
  /** What was read from there. */
  readonly pass: Pass;
}
