import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { isErr } from "../../contracts/result.ts";
import { decodeUtf8 } from "../nats/utf8/utf8_text.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { Log } from "../log.ts";
import { type Outcome, outcomeOf } from "../work/outcome.ts";
import type { WorkRun } from "../work/nats/worker.ts";
import type { EventContext, Step } from "./event_context.ts";
import { findEvent, type GroupEvent } from "./group_event.ts";
import { paramText } from "../events/subject_token.ts";
import { type ReadEvent, readMarks } from "./read_event.ts";
import { type OpenSteps, Steps } from "./steps.ts";

/** Milliseconds until another instance, or the next version of this one, gets an event that this one does not know. */
const UNKNOWN_MS = 1000;

/** What the events of one group are handled with. */
export interface EventHandling {
  readonly group: string;
  /** The name that its steps are kept under. */
  readonly stepsOf: string;
  readonly events: readonly GroupEvent[];
  readonly steps: OpenSteps;
  readonly log: Log;
  /** Follows the events that are handled; missing where nobody may watch. */
  readonly watch?: EventWatch;
}

/** Is told of the events that are handled, and takes those that it wants to follow. */
export interface EventWatch {
  /** One has come; undefined when it is not followed. */
  beginEvent(event: WatchedClaims): WatchedEvent | undefined;
}

/** What is known of an event that may be followed. */
export interface WatchedClaims {
  readonly span: string | undefined;
  readonly traceparent: string | undefined;
  /** The request that it belongs to; its own id where there is none. */
  readonly requestId: string;
  readonly group: string;
  readonly name: string;
  readonly size: number;
}

/** An event that is followed until it is handled. */
export interface WatchedEvent {
  readonly span: string;
  end(code: string): void;
}

/** Gives one delivery to its handler. Never rejects. */
export async function handleEvent(
  { delivery, item, tries, signal }: Omit<WorkRun, "item"> & { readonly item: ReadEvent },
  { group, stepsOf, events, steps, log, watch }: EventHandling,
): Promise<Outcome> {
  const found = findEvent(events, item.subject);
  if (found?.event.handler === undefined) {
    return { kind: "later", afterMs: UNKNOWN_MS, reason: `${item.subject} has no handler here` };
  }
  const { event: { name, validator, handler }, tokens } = found;
  const text = decodeUtf8(delivery.data);
  if (text === undefined) return { kind: "invalid", reason: "the body is not UTF-8 text" };
  const body = parseExactJson(text).take();
  if (isErr(body)) return { kind: "invalid", reason: `the body ${jsonTextProblem(body.error)}` };
  if (!validator.check(body)) {
    const issue = validator.issues(body)[0];
    return { kind: "invalid", reason: `${issue?.path || "/"} ${issue?.message ?? "does not fit"}` };
  }
  const { time, traceparent, cause, span } = readMarks(delivery.headers, delivery.writtenAt);
  const requestId = cause?.startsWith("rpc:") ? cause.slice(4) : undefined;
  const watched = watch?.beginEvent({
    span,
    traceparent,
    requestId: requestId ?? item.id,
    group,
    name,
    size: delivery.data.length,
  });
  const done = new Steps(steps, stepsOf, item.id);
  const context: EventContext & HandedOver = {
    id: item.id,
    time,
    name,
    group,
    key: tokens[0] === undefined ? undefined : paramText(tokens[0]),
    sequence: item.sequence,
    attempt: tries,
    redelivered: tries > 1 || delivery.deliveries > 1,
    get signal() {
      return signal();
    },
    traceparent,
    cause,
    requestId,
    once: <T>(step: string, run: (step: Step) => T | Promise<T>) => done.once(step, run),
    ...(watched === undefined ? {} : { span: watched.span }),
  };
  const outcome = await outcomeOfHandler(() => handler(body, context), (cause) => {
    log.error(`${group}: the handler of ${name} threw`, { event: item.id, attempt: tries, cause });
  });
  watched?.end(outcome.kind === "done" ? "ok" : outcome.kind);
  return outcome;
}

async function outcomeOfHandler(
  handle: () => ReturnType<NonNullable<GroupEvent["handler"]>>,
  threw: (cause: unknown) => void,
): Promise<Outcome> {
  try {
    const result = await handle();
    return result.isErr() ? outcomeOf(result.error) : { kind: "done" };
  } catch (cause) {
    threw(cause);
    const outcome = outcomeOf(cause);
    return outcome.kind === "failed" ? outcome : { kind: "failed", error: String(cause) };
  }
}
