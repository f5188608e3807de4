import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { EVENT_TIME_HEADER } from "../events/nats/event_headers.ts";
import { type EventSurface, paramTokens } from "../events/prepare_event.ts";
import { paramText } from "../events/subject_token.ts";
import {
  SPAN_HEADER,
  TRACEPARENT_HEADER,
  TRACESTATE_HEADER,
} from "../nats/headers/header_names.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { WorkRun } from "../work/nats/worker_options.ts";
import type { EventContext } from "./event_context.ts";
import type { ReadEvent } from "./read_event.ts";
import { type OpenSteps, Steps } from "./steps.ts";

/** What the context of an event is read from. */
export type EventRun = Omit<WorkRun, "item"> & { readonly item: ReadEvent };

/** What all events of a group have in common. */
export interface GroupFacts {
  readonly group: string;
  /** The name that its steps are kept under. */
  readonly stepsOf: string;
  readonly steps: OpenSteps;
}

/** The context of one event. Headers are read at first use: most handlers never look at them. */
export class DeliveredEvent implements EventContext, HandedOver {
  /** Of the event where it is reported, while somebody watches; else of who published it. */
  span?: string;
  readonly #run: EventRun;
  readonly #event: EventSurface;
  readonly #facts: GroupFacts;
  #steps: Steps | undefined;

  /** Nothing is read before it is asked for. */
  constructor(run: EventRun, event: EventSurface, facts: GroupFacts) {
    this.#run = run;
    this.#event = event;
    this.#facts = facts;
  }

  get id(): string {
    return this.#run.item.id;
  }

  get time(): string {
    const { writtenAt } = this.#run.delivery;
    return this.#header(EVENT_TIME_HEADER) ?? new Date(writtenAt).toISOString();
  }

  get name(): string {
    return this.#event.name;
  }

  get group(): string {
    return this.#facts.group;
  }

  get key(): string | undefined {
    const token = paramTokens(this.#event, this.#run.item.subject)?.[0];
    return token === undefined ? undefined : paramText(token);
  }

  get sequence(): number {
    return this.#run.item.sequence;
  }

  get attempt(): number {
    return this.#run.tries;
  }

  get redelivered(): boolean {
    return this.#run.tries > 1 || this.#run.delivery.deliveries > 1;
  }

  get signal(): AbortSignal {
    return this.#run.signal();
  }

  get traceparent(): string | undefined {
    return this.#header(TRACEPARENT_HEADER);
  }

  get tracestate(): string | undefined {
    return this.#header(TRACESTATE_HEADER);
  }

  get cause(): string | undefined {
    return this.#header(CAUSE_HEADER);
  }

  get requestId(): string | undefined {
    const { cause } = this;
    return cause?.startsWith("rpc:") ? cause.slice(4) : undefined;
  }

  /** The reported request or event that it was published for. */
  get publishedFor(): string | undefined {
    return this.#header(SPAN_HEADER);
  }

  /** Bytes of the body. */
  get size(): number {
    return this.#run.delivery.data.length;
  }

  /** Bound, so that a handler may take it out of the context. */
  get once(): EventContext["once"] {
    const { steps, stepsOf } = this.#facts;
    const done = this.#steps ??= new Steps(steps, stepsOf, this.id);
    return (name, run) => done.once(name, run);
  }

  #header(name: string): string | undefined {
    return headerValue(this.#run.delivery.headers, name);
  }
}
