import { isRecord } from "../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import {
  againSubject,
  deadStream,
  laneSubjectPrefix,
  laterSubject,
} from "../../contracts/stored/work_names.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiAnswer } from "../../runtime/nats/jetstream/api_answer.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import { GroupNames } from "../letters/group_names.ts";
import { LetterBox } from "../letters/letter_box.ts";
import type { WorkSource } from "../letters/work_source.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import type { EventFact, GroupFact } from "./chain.ts";
import { consumes, type ConsumingGroup } from "./consuming_groups.ts";

const IN_FLIGHT = 16;
/** One question takes as long at most, in milliseconds. */
const PATIENCE_MS = 5000;
/** So many copies of events with the same params are looked through in the lanes of a group. */
const MOST_COPIES = 50;

/** How groups and projections stand with events. What is asked twice is asked once. */
export class GroupStates {
  readonly #groups: readonly ConsumingGroup[];
  readonly #messaging: Connected["messaging"];
  readonly #requests: JetStreamRequests;
  readonly #consumers = new Map<string, Promise<ApiAnswer | undefined>>();

  /** @param groups of all deployments */
  constructor(groups: readonly ConsumingGroup[], messaging: Connected["messaging"]) {
    this.#groups = groups;
    this.#messaging = messaging;
    this.#requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  }

  /** The groups of each event, by its id. */
  async of(
    events: readonly EventFact[],
  ): Promise<Result<ReadonlyMap<string, readonly GroupFact[]>, ExplainedError>> {
    const pairs = events.flatMap((event) =>
      this.#groups.filter((group) => consumes(group, event.subject))
        .map((group) => ({ event, group }))
    );
    const found = await inParallel(
      pairs,
      IN_FLIGHT,
      ({ event, group }) => this.#stand(event, group),
    );
    const facts = new Map<string, GroupFact[]>();
    for (const [at, { event }] of pairs.entries()) {
      const fact = found[at]!.take();
      if (isErr(fact)) return fact;
      facts.set(event.id, [...facts.get(event.id) ?? [], fact]);
    }
    return ok(facts);
  }

  async #stand(
    event: EventFact,
    { kind, deployment, group, binding }: ConsumingGroup,
  ): Promise<Result<GroupFact, ExplainedError>> {
    const names = new GroupNames({ groups: binding && { [group]: binding } });
    const formerly = binding?.name;
    const box = new LetterBox(deployment, deadStream(deployment), names, this.#messaging);
    const page = (await box.page({ group, id: event.id }, { limit: 10 })).take();
    if (isErr(page)) return page;
    const letter = page.letters.findLast((letter) => letter.kind === kind);
    const fact = { kind, deployment, group, formerly, error: undefined, at: undefined };
    if (letter !== undefined) {
      const { reason, tries, error } = letter;
      const text = `${reason} after ${tries} ${tries === 1 ? "try" : "tries"}: ${error}`;
      return ok({ ...fact, state: "dead", error: text, at: Date.parse(letter.deadAt) });
    }
    if (binding === undefined) return ok({ ...fact, state: undefined });
    const stored = names.stored(group);
    if (await this.#waits(event, deployment, stored, binding)) {
      return ok({ ...fact, state: "waiting" });
    }
    return ok({ ...fact, state: await this.#progress(event, deployment, stored, binding) });
  }

  /** Whether it waits for another try. */
  async #waits(
    { id }: EventFact,
    deployment: string,
    group: string,
    { later }: WorkSource,
  ): Promise<boolean> {
    if (later === undefined) return false;
    const api = new StreamApi(this.#requests, later.stream);
    const consumer = await this.#consumer(later.stream, later.consumer);
    const subjects = [laterSubject, againSubject].map((name) => name(deployment, group, id));
    const found = await Promise.all(
      subjects.map((last) => api.message({ last }, performance.now() + PATIENCE_MS)),
    );
    const [parked, again] = found.map((message) => message.isOk() ? message.value : undefined);
    return parked !== undefined || again !== undefined && again.sequence > floorOf(consumer);
  }

  async #progress(
    event: EventFact,
    deployment: string,
    group: string,
    { stream, consumers, ordering, created }: WorkSource,
  ): Promise<GroupFact["state"]> {
    const copy = ordering === "key"
      ? await this.#copy(event, stream, laneSubjectPrefix(deployment, group))
      : { sequence: event.sequence, lane: 0 };
    const name = copy && consumers[copy.lane];
    const consumer = name === undefined ? undefined : await this.#consumer(stream, name);
    if (copy === undefined || consumer === undefined) return undefined;
    if (copy.sequence <= floorOf(consumer)) {
      // It may be older than a group, and none of its business; a projection folds all there is.
      const isOlder = Date.parse(String(consumer.created)) > event.at;
      return isOlder && created === undefined ? undefined : "settled";
    }
    const { delivered } = consumer;
    const last = isRecord(delivered) ? Number(delivered.stream_seq) : 0;
    return copy.sequence <= last ? "in work" : "pending";
  }

  /** Where the lanes of a group have an event. */
  async #copy(
    { subject, sequence }: EventFact,
    stream: string,
    prefix: string,
  ): Promise<{ readonly sequence: number; readonly lane: number } | undefined> {
    const api = new StreamApi(this.#requests, stream);
    const next = `${prefix}.*.${subject.slice("events.".length)}`;
    for (let from = 1, copies = 0; copies < MOST_COPIES; copies++) {
      const read = await api.message({ next, from }, performance.now() + PATIENCE_MS);
      const message = read.isOk() ? read.value : undefined;
      if (message === undefined) return undefined;
      const [, source] = headerValue(message.headers, "Nats-Stream-Source")?.split(" ") ?? [];
      if (Number(source) === sequence) {
        const lane = Number(message.subject.slice(prefix.length + 1).split(".")[0]);
        return { sequence: message.sequence, lane };
      }
      from = message.sequence + 1;
    }
    return undefined;
  }

  #consumer(stream: string, name: string): Promise<ApiAnswer | undefined> {
    const asked = `$JS.API.CONSUMER.INFO.${stream}.${name}`;
    const known = this.#consumers.get(asked);
    if (known !== undefined) return known;
    const asking = new StreamApi(this.#requests, stream)
      .ask(asked, "", performance.now() + PATIENCE_MS)
      .then((answer) => answer.isOk() ? answer.value : undefined);
    this.#consumers.set(asked, asking);
    return asking;
  }
}

/** Everything up to this sequence is settled. */
function floorOf(consumer: ApiAnswer | undefined): number {
  return isRecord(consumer?.ack_floor) ? Number(consumer.ack_floor.stream_seq) : 0;
}
