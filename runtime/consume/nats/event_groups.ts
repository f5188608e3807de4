import type { Contract } from "../../../contracts/define/contract.ts";
import { letsThrough } from "../../../contracts/stored/event_filter.ts";
import type { Bindings, GroupBinding } from "../../../contracts/stored/bindings.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { Log } from "../../log.ts";
import { Worker } from "../../work/nats/worker.ts";
import { groupParking, type Parking, type WorkOwner } from "../../work/work_messages.ts";
import { LONGEST_MS } from "../../work/outcome.ts";
import { OwnNotes } from "../../work/delivery_notes.ts";
import type { HungHandlers } from "../../work/hung_handlers.ts";
import { type GroupEvent, groupEvents, type UntypedEventHandler } from "../group_event.ts";
import { stepsOpener } from "./open_steps.ts";
import { type EventWatch, handleEvent } from "../handle_event.ts";
import { eventReader, type ReadEvent } from "../read_event.ts";
import { KeptNotes, type OpenSteps } from "../steps.ts";
import { stopTogether } from "../../work/stop_together.ts";

/** Messages that were parked and are in work here at once, at most. */
const AGAIN_LIMIT = 8;

/** What the groups of a service are made of. */
export interface EventGroupsParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "groups" | "dead" | "steps">;
  /** Reads the bindings again; undefined when they cannot be read at the moment. */
  readonly readBindings: () => Promise<Bindings | undefined>;
  /** Milliseconds that the handler of an event may take. */
  readonly handlerMs: number;
  /** The time as the server has it, in milliseconds since 1970. */
  readonly now: () => Promise<number>;
  readonly log: Log;
  readonly hung: HungHandlers;
  readonly watch?: EventWatch;
}

interface Group {
  readonly events: readonly GroupEvent[];
  worker: Worker<ReadEvent> | undefined;
}

/** The groups of a service: each works as soon as all of its events have their handlers. */
export class EventGroups {
  readonly #parts: EventGroupsParts;
  readonly #requests: JetStreamRequests;
  readonly #groups = new Map<string, Group>();
  readonly #openSteps: OpenSteps;
  #stopping: Promise<void> | undefined;

  /** Nothing is asked of the server before the handlers are there. */
  constructor(parts: EventGroupsParts) {
    this.#parts = parts;
    const { contract, messaging, bindings } = parts;
    this.#requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    this.#openSteps = stepsOpener(messaging, bindings.steps);
    for (const group of Object.keys(contract.manifest.eventConsumers ?? {})) {
      this.#groups.set(group, { events: groupEvents(contract, group), worker: undefined });
    }
  }

  /** The events of a group. */
  eventsOf(group: string): readonly GroupEvent[] {
    return this.#groups.get(group)?.events ?? [];
  }

  /** An event of a group; `alias` is that of the used contract, undefined for own events. */
  eventOf(group: string, alias: string | undefined, name: string): GroupEvent | undefined {
    return this.eventsOf(group).find((event) => event.alias === alias && event.name === name);
  }

  /** The names of all groups. */
  get names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  /** True when all groups work. */
  get allWork(): boolean {
    return [...this.#groups.values()].every(({ worker }) => worker !== undefined);
  }

  /** Registers the handler of one event; `alias` is that of the used contract, undefined for own events. */
  handle(
    group: string,
    alias: string | undefined,
    name: string,
    handler: UntypedEventHandler,
  ): void {
    const event = this.eventOf(group, alias, name);
    if (event === undefined) throw new TypeError(`${group} consumes no event ${name}`);
    if (event.handler !== undefined) {
      throw new TypeError(`${name} of ${group} has a handler already`);
    }
    event.handler = handler;
    const found = this.#groups.get(group)!;
    if (this.#stopping !== undefined) return;
    if (found.events.every(({ handler }) => handler !== undefined)) this.#start(group, found);
  }

  /**
   * Takes no more events, and waits for those in work: see `Worker.stop`.
   *
   * @param onQuiet called when no more are taken
   */
  stop(deadlineMs: number, onQuiet?: () => void): Promise<void> {
    return this.#stopping ??= stopTogether(
      [...this.#groups.values()].flatMap(({ worker }) => worker ?? []),
      deadlineMs,
      onQuiet,
    );
  }

  #start(name: string, group: Group): void {
    const { bindings, deployment, handlerMs, hung, log, readBindings, watch } = this.#parts;
    const binding = bindings.groups?.[name];
    if (binding === undefined || bindings.dead === undefined) {
      // Its contract may be accepted although what it consumes is not, as of an optional use.
      log.warn(
        `the group ${name} of ${deployment} consumes nothing: it was not bound when the service started`,
        { hint: `trellis svc ${deployment} authority reconcile` },
      );
      return;
    }
    // A group that was renamed is called on the server as before.
    const owner = { deployment, group: binding.name ?? name };
    const workOwner = { deployment, kind: "group", name: owner.group } as const;
    const handling = {
      group: name,
      stepsOf: owner.group,
      events: group.events,
      steps: this.#openSteps,
      isTakenOut: async (subject: string) => {
        const filters = (await readBindings())?.groups?.[name]?.filters;
        return filters !== undefined && !letsThrough(filters, subject);
      },
      log,
      ...(watch === undefined ? {} : { watch }),
    };
    const worker = new Worker({
      ...workOwner,
      requests: this.#requests,
      sources: sourcesOf(binding),
      settings: binding,
      onDead: binding.onDead,
      putOffMs: LONGEST_MS,
      handlerMs,
      overdue: hung.of("group", name),
      dead: bindings.dead,
      ...parkingOf(binding, workOwner),
      notes: bindings.steps === undefined
        ? new OwnNotes()
        : new KeptNotes(this.#openSteps, owner.group),
      now: this.#parts.now,
      log,
      read: eventReader(owner),
      run: (run) => handleEvent(run, handling),
    });
    group.worker = worker;
    worker.start();
  }
}

/** Retries leave their place where no order is asked for, and the stream sends on what waits in it. */
function parkingOf(
  { ordering, later }: GroupBinding,
  owner: WorkOwner,
): { readonly parking?: Parking } {
  if (ordering !== "none" || later?.schedules !== true) return {};
  return { parking: groupParking(owner, later.stream) };
}

function sourcesOf({ stream, consumers, later, concurrency }: GroupBinding) {
  const isOne = consumers.length === 1;
  return [
    ...consumers.map((consumer) => ({ stream, consumer, limit: isOne ? concurrency : 1 })),
    ...(later === undefined ? [] : [{ ...later, limit: Math.min(concurrency, AGAIN_LIMIT) }]),
  ];
}
