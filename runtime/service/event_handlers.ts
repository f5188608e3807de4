import { isRecord } from "../../contracts/json/json.ts";
import { joinedName } from "../../contracts/manifest/surface_path.ts";
import { eventCause } from "../../contracts/stored/cause.ts";
import type { EventContext } from "../consume/event_context.ts";
import type { GroupEvent, UntypedEventHandler } from "../consume/group_event.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { Flow } from "./request_client.ts";

/** Handlers of events of every type, kept in one place. */
export type AnyEventHandler = (received: never) => ReturnType<UntypedEventHandler>;

/** Which event of which group a handler is for; the alias is that of the used contract. */
type Place = readonly [group: string, alias: string | undefined, name: string];

/** The handlers of a handlers file one by one. */
export function eventHandlersOf(events: object = {}): readonly {
  readonly group: string;
  readonly alias: string | undefined;
  readonly name: string;
  readonly handler: AnyEventHandler;
}[] {
  return Object.entries(events).flatMap(([group, { self = {}, uses = {} }]) => [
    ...handlersIn(group, undefined, self),
    ...Object.entries(uses).flatMap(([alias, handlers]) => handlersIn(group, alias, handlers)),
  ]);
}

function handlersIn(group: string, alias: string | undefined, handlers: unknown) {
  if (!isRecord(handlers)) return [];
  return Object.entries(handlers).map(([name, handler]) => {
    if (typeof handler !== "function") {
      throw new TypeError(`the handler of ${name} in the group ${group} is no function`);
    }
    // `defineHandlers` ties each handler to the event of its name.
    return { group, alias, name, handler: handler as AnyEventHandler };
  });
}

/** `service.handle.event`: what `register` makes of each place. */
export function eventRegistry(
  groups: {
    readonly names: readonly string[];
    eventsOf(group: string): readonly Pick<GroupEvent, "alias" | "name">[];
  },
  register: (...place: Place) => unknown,
): object {
  const registry: Record<string, { self: object; uses: object }> = {};
  for (const group of groups.names) {
    const self: Record<string, unknown> = {};
    const uses: Record<string, Record<string, unknown>> = {};
    for (const { alias, name } of groups.eventsOf(group)) {
      const place = alias === undefined ? self : uses[alias] ??= {};
      place[joinedName(name)] = register(group, alias, name);
    }
    registry[group] = { self, uses };
  }
  return registry;
}

/** What a handler's calls and events take over from the event; read when it makes one. */
export class EventFlow implements Flow {
  readonly #context: EventContext & HandedOver;
  readonly #traceparent: string | undefined;

  /**
   * @param context of the event
   * @param traceparent of its handler, where that is recorded
   */
  constructor(context: EventContext & HandedOver, traceparent?: string) {
    this.#context = context;
    this.#traceparent = traceparent;
  }

  /** The same each time the event is tried, so that whoever is called recognises the call. */
  get requestId(): string {
    return this.#context.requestId ?? this.#context.id;
  }

  get traceparent(): string | undefined {
    return this.#traceparent ?? this.#context.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#context.tracestate;
  }

  get cause(): string {
    const { id, group } = this.#context;
    return eventCause(id, group);
  }

  get span(): string | undefined {
    return this.#context.span;
  }
}
