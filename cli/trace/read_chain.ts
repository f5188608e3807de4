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
import { type ChainFacts, type EventFact, originOf, type ValueFact } from "./chain.ts";
import { consumes, type ConsumingGroup, consumingGroups } from "./consuming_groups.ts";
import { GroupStates } from "./group_states.ts";
import { scanHeaders } from "./nats/scan_headers.ts";
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
 * Finds what a request or an event has led to, and what has led to the event: in the stream of events, the buckets
 * and stores of services and their dead letters, by headers alone. Only of events that projections fold are the bodies
 * read, because the key is in them.
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
    const found = (await this.#beginning(from)).take();
    if (isErr(found)) return found;
    const { root, causes, since, events } = found;
    const known = new Set([...causes, ...events.map(({ id }) => `event:${id}`)]);
    const asked = [...(root.kind === "event" ? [root] : []), ...events].slice(0, MOST_ASKED);
    const consuming = consumingGroups(this.#records);
    const values = (await this.#values(known, since, consuming, asked)).take();
    if (isErr(values)) return values;
    const states = new GroupStates(consuming, this.#messaging);
    const groups = (await states.of(asked)).take();
    if (isErr(groups)) return groups;
    return ok({
      facts: { root, events, values, groups },
      read: this.#read,
      leftOut: [...this.#leftOut].map(([stream, until]) => ({ stream, until })),
    });
  }

  /** Where the chain begins, from an event to its cause as far as that is stored, and the events of it. */
  async #beginning({ causes, id, since }: TraceRoot): Promise<Result<Beginning, ExplainedError>> {
    let first = (await this.#pass(causes, id, since)).take();
    if (isErr(first)) return first;
    if (first.own === undefined) {
      const kind = causes.includes(`rpc:${id}`) ? "rpc" as const : "missing" as const;
      return ok({ root: { kind, id, at: ulidTime(id) }, causes, since, events: first.events });
    }
    let begin = since;
    for (let climbs = 0; climbs < MOST_CLIMBS && first.own !== undefined; climbs++) {
      const cause: Cause | undefined = parseCause(first.own.cause);
      if (cause === undefined) break;
      const { kind, id }: Cause = cause;
      const causes = [`${kind}:${id}`];
      begin = Math.min(begin, ulidTime(id) ?? begin);
      const above: Pass | Err<ExplainedError> = (await this.#pass(causes, id, begin)).take();
      if (isErr(above)) return above;
      if (kind === "rpc") {
        const root = { kind, id, at: ulidTime(id) };
        return ok({ root, causes, since: begin, events: above.events });
      }
      // What led to it is not stored any more: the chain begins here.
      if (above.own === undefined) break;
      first = above;
    }
    const { own: root, events } = first;
    return ok({ root: root!, causes: [`event:${root!.id}`], since: begin, events });
  }

  /** Reads the stream of events once. What leads to something is stored before it. */
  async #pass(
    causes: readonly string[],
    id: string,
    since: number,
  ): Promise<Result<Pass, ExplainedError>> {
    const known = new Set(causes);
    const events: EventFact[] = [];
    let own: EventFact | undefined;
    const scanned = await this.#scan(EVENT_STREAM, since, (message) => {
      const isOwn = known.has(`event:${id}`) && message.header(EVENT_ID_HEADER) === id;
      if (!isOwn && !known.has(originOf(message.header(CAUSE_HEADER)))) return;
      const event = this.#event(message);
      if (isOwn) return void (own = event);
      known.add(`event:${event.id}`);
      events.push(event);
    });
    return scanned.map(() => ({ own, events }));
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

/** What one reading of the stream of events has found. */
interface Pass {
  /** The event that is looked for itself. */
  readonly own: EventFact | undefined;
  /** Every event that it, or the request, has led to. */
  readonly events: readonly EventFact[];
}

/** Where a chain begins. */
interface Beginning extends Pick<TraceRoot, "causes" | "since">, Pick<Pass, "events"> {
  readonly root: ChainFacts["root"];
}
