import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { EVENT_TIME_HEADER } from "../events/nats/event_headers.ts";
import { paramText } from "../events/subject_token.ts";
import { SPAN_HEADER, TRACEPARENT_HEADER } from "../nats/headers/header_names.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { Delivery } from "../work/delivery.ts";
import type { EventContext } from "./event_context.ts";
import type { ReadEvent } from "./read_event.ts";
import { type OpenSteps, Steps } from "./steps.ts";

/** What the context of an event is made of. */
export interface DeliveredEventParts {
  readonly delivery: Delivery;
  readonly item: ReadEvent;
  readonly name: string;
  readonly group: string;
  /** The name that its steps are kept under. */
  readonly stepsOf: string;
  /** Tokens of its params. */
  readonly tokens: readonly string[];
  readonly tries: number;
  readonly signal: () => AbortSignal;
  readonly steps: OpenSteps;
}

/** The context of one event. Headers are read at first use: most handlers never look at them. */
export class DeliveredEvent implements EventContext, HandedOver {
  /** Of the event where it is reported, while somebody watches; else of who published it. */
  span?: string;
  readonly #parts: DeliveredEventParts;
  #steps: Steps | undefined;

  /** Nothing is read before it is asked for. */
  constructor(parts: DeliveredEventParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.item.id;
  }

  get time(): string {
    const { writtenAt } = this.#parts.delivery;
    return this.#header(EVENT_TIME_HEADER) ?? new Date(writtenAt).toISOString();
  }

  get name(): string {
    return this.#parts.name;
  }

  get group(): string {
    return this.#parts.group;
  }

  get key(): string | undefined {
    const [token] = this.#parts.tokens;
    return token === undefined ? undefined : paramText(token);
  }

  get sequence(): number {
    return this.#parts.item.sequence;
  }

  get attempt(): number {
    return this.#parts.tries;
  }

  get redelivered(): boolean {
    return this.#parts.tries > 1 || this.#parts.delivery.deliveries > 1;
  }

  get signal(): AbortSignal {
    return this.#parts.signal();
  }

  get traceparent(): string | undefined {
    return this.#header(TRACEPARENT_HEADER);
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
    return this.#parts.delivery.data.length;
  }

  /** Bound, so that a handler may take it out of the context. */
  get once(): EventContext["once"] {
    const { steps, stepsOf, item } = this.#parts;
    const done = this.#steps ??= new Steps(steps, stepsOf, item.id);
    return (name, run) => done.once(name, run);
  }

  #header(name: string): string | undefined {
    return headerValue(this.#parts.delivery.headers, name);
  }
}
