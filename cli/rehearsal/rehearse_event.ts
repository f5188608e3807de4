import { groupEvents } from "../../runtime/consume/group_event.ts";
import { handleEvent } from "../../runtime/consume/handle_event.ts";
import type { ReadEvent } from "../../runtime/consume/read_event.ts";
import { EventFlow, type eventHandlersOf } from "../../runtime/service/event_handlers.ts";
import { RequestClient } from "../../runtime/service/request_client.ts";
import type { Delivery } from "../../runtime/work/delivery.ts";
import type { Outcome } from "../../runtime/work/outcome.ts";
import { SILENT } from "./silent.ts";
import { rehearsedClient } from "./rehearsed_client.ts";
import type { RehearsedHandler } from "./rehearsed_run.ts";

/** Runs the handler of one event. */
export async function rehearseEvent(
  delivery: Delivery,
  item: ReadEvent,
  { contract, name: group, deps, run, read, signal, handlers }: RehearsedHandler & {
    readonly handlers: ReturnType<typeof eventHandlersOf>;
  },
): Promise<Outcome> {
  const events = groupEvents(contract, group);
  for (const event of events) {
    const found = handlers.find((one) => {
      return one.group === group && one.alias === event.alias && one.name === event.name;
    });
    event.handler = found && ((body, context) => {
      // Nothing is kept of what is done once: it is not begun.
      const once = { value: (name: string) => run.stop("step", name) };
      const client = new RequestClient(
        rehearsedClient(contract, run, read),
        new EventFlow(context),
      );
      const received = Object.defineProperty(context, "once", once);
      // `defineHandlers` ties each handler to the event of its name.
      return found.handler({ event: body, client, context: received, deps } as never);
    });
  }
  return await handleEvent({ delivery, item, tries: item.attempt ?? 1, signal: () => signal }, {
    group,
    stepsOf: group,
    steps: () => run.stop("step", ""),
    events,
    isTakenOut: () => Promise.resolve(true),
    log: SILENT,
  });
}
