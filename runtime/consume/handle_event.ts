import { isErr } from "../../contracts/result.ts";
import { type BodyMisfit, readBody } from "../events/read_body.ts";
import type { Log } from "../log.ts";
import { type Outcome, outcomeOf } from "../work/outcome.ts";
import type { WorkRun } from "../work/nats/worker.ts";
import { DeliveredEvent } from "./delivered_event.ts";
import { findEvent, type GroupEvent } from "./group_event.ts";
import type { ReadEvent } from "./read_event.ts";
import type { OpenSteps } from "./steps.ts";

/** Milliseconds until another instance, or the next version of this one, gets an event that this one does not know. */
const UNKNOWN_MS = 1000;

/** What the events of one group are handled with. */
export interface EventHandling {
  readonly group: string;
  /** The name that its steps are kept under. */
  readonly stepsOf: string;
  readonly events: readonly GroupEvent[];
  readonly steps: OpenSteps;
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

/** Gives one delivery to its handler. Never rejects. */
export async function handleEvent(
  { delivery, item, tries, signal }: Omit<WorkRun, "item"> & { readonly item: ReadEvent },
  { group, stepsOf, events, steps, isTakenOut, log, watch }: EventHandling,
): Promise<Outcome> {
  const found = findEvent(events, item.subject);
  if (found?.event.handler === undefined) {
    // Copies in lanes, retries, and what was in work then outlast the change of the contract.
    if (found === undefined && await isTakenOut(item.subject)) {
      log.warn(`${group}: it does not consume ${item.subject} any more`, { event: item.id });
      return { kind: "done" };
    }
    return { kind: "later", afterMs: UNKNOWN_MS, reason: `${item.subject} has no handler here` };
  }
  const { event: { name, validator, handler }, tokens } = found;
  const body = readBody(validator, delivery.data).take();
  if (isErr(body)) return { kind: "invalid", reason: reasonOf(body.error) };
  const context = new DeliveredEvent({
    delivery,
    item,
    name,
    group,
    stepsOf,
    tokens,
    tries,
    signal,
    steps,
  });
  const watched = watch?.beginEvent(context);
  if (watched !== undefined) context.span = watched.span;
  let outcome: Outcome;
  try {
    const result = await handler(body, context);
    outcome = result.isErr() ? outcomeOf(result.error) : { kind: "done" };
  } catch (cause) {
    log.error(`${group}: the handler of ${name} threw`, { event: item.id, attempt: tries, cause });
    outcome = outcomeOfThrown(cause);
  }
  watched?.end(outcome.kind === "done" ? "ok" : outcome.kind);
  return outcome;
}

function reasonOf(misfit: BodyMisfit): string {
  if (misfit.kind === "text") return `the body ${misfit.problem}`;
  const [issue] = misfit.issues;
  return `${issue?.path || "/"} ${issue?.message ?? "does not fit"}`;
}

function outcomeOfThrown(cause: unknown): Outcome {
  const outcome = outcomeOf(cause);
  return outcome.kind === "failed" ? outcome : { kind: "failed", error: String(cause) };
}
