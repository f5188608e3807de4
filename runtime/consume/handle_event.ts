import { isErr, type Result } from "../../contracts/result.ts";
import { type BodyMisfit, readBody } from "../events/read_body.ts";
import type { Log } from "../log.ts";
import { type Outcome, outcomeOf, textOf } from "../work/outcome.ts";
import { DeliveredEvent, type EventRun, type GroupFacts } from "./delivered_event.ts";
import { findEvent, type GroupEvent } from "./group_event.ts";
import type { ReadEvent } from "./read_event.ts";

/** Milliseconds until another instance, or the next version of this one, gets an event that this one does not know. */
const UNKNOWN_MS = 1000;
const DONE: Outcome = { kind: "done" };

/** What the events of one group are handled with. */
export interface EventHandling extends GroupFacts {
  readonly events: readonly GroupEvent[];
  /** Whether the group, as it is accepted now, consumes no event of this subject. */
  readonly isTakenOut: (subject: string) => Promise<boolean>;
  readonly log: Log;
  /** Follows the events that are handled; missing where nobody may watch. */
  readonly watch?: EventWatch;
}

/** Is told of the events that are handled, and takes those that it wants to follow. */
export interface EventWatch {
  /** One has come; undefined when it is not followed. */
  beginEvent(event: DeliveredEvent): WatchedEvent | undefined;
}

/** An event that is followed until it is handled. */
export interface WatchedEvent {
  /** Its span, for what its handler calls and publishes. */
  readonly span: string;
  /**
   * It was handled.
   *
   * @param code `ok`, or what else becomes of it
   */
  end(code: string): void;
}

/** Gives one delivery to its handler; what is answered at once costs no promise. Never throws or rejects. */
export function handleEvent(
  run: EventRun,
  handling: EventHandling,
): Outcome | Promise<Outcome> {
  const { item, delivery } = run;
  const event = findEvent(handling.events, item.subject);
  if (event?.handler === undefined) return unknownEvent(item, event !== undefined, handling);
  const body = readBody(event.validator, delivery.data).take();
  if (isErr(body)) return { kind: "invalid", reason: reasonOf(body.error) };
  const context = new DeliveredEvent(run, event, handling);
  const watched = handling.watch?.beginEvent(context);
  if (watched !== undefined) context.span = watched.span;
  const handled = { context, watched, log: handling.log };
  try {
    const result = event.handler(body, context);
    return "then" in result ? answeredLater(result, handled) : answered(result, handled);
  } catch (cause) {
    return threw(cause, handled);
  }
}

/** An event that its handler has, or had. */
interface Handled {
  readonly context: DeliveredEvent;
  readonly watched: WatchedEvent | undefined;
  readonly log: Log;
}

async function answeredLater(
  result: PromiseLike<Result<unknown, unknown>>,
  handled: Handled,
): Promise<Outcome> {
  try {
    return answered(await result, handled);
  } catch (cause) {
    return threw(cause, handled);
  }
}

function answered(result: Result<unknown, unknown>, { watched }: Handled): Outcome {
  const outcome = result.isErr() ? outcomeOf(result.error) : DONE;
  watched?.end(outcome.kind === "done" ? "ok" : outcome.kind);
  return outcome;
}

function threw(cause: unknown, { context, watched, log }: Handled): Outcome {
  const { group, name, id: event, attempt } = context;
  log.error(`${group}: the handler of ${name} threw`, { event, attempt, cause });
  const outcome = outcomeOfThrown(cause);
  watched?.end(outcome.kind === "done" ? "ok" : outcome.kind);
  return outcome;
}

/** Copies in lanes, retries, and what was in work then outlast the change of the contract. */
async function unknownEvent(
  { id, subject }: ReadEvent,
  isConsumed: boolean,
  { group, isTakenOut, log }: EventHandling,
): Promise<Outcome> {
  if (!isConsumed && await isTakenOut(subject)) {
    log.warn(`${group}: it does not consume ${subject} any more`, { event: id });
    return DONE;
  }
  return { kind: "later", afterMs: UNKNOWN_MS, reason: `${subject} has no handler here` };
}

function reasonOf(misfit: BodyMisfit): string {
  if (misfit.kind === "text") return `the body ${misfit.problem}`;
  const [issue] = misfit.issues;
  return `${issue?.path || "/"} ${issue?.message ?? "does not fit"}`;
}

function outcomeOfThrown(cause: unknown): Outcome {
  const outcome = outcomeOf(cause);
  return outcome.kind === "failed" ? outcome : { kind: "failed", error: textOf(cause) };
}
