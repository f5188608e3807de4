import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { consoleLog, type Log } from "../../log.ts";
import { headerText, headerValue } from "../../nats/headers/received_headers.ts";
import type { WireMessage } from "../../nats/link/link.ts";
import type { Line } from "../../nats/line.ts";
import { freshToken } from "../../nats/session_token.ts";
import { type UseState, whileUsed } from "../../rpc/use_state.ts";
import { WatchQueue } from "../../watch_queue.ts";
import { EVENT_ID_HEADER, EVENT_TIME_HEADER } from "./event_headers.ts";
import { type EventSurface, eventSurface, paramTokens, textOf } from "../prepare_event.ts";
import { readBody } from "../read_body.ts";
import { paramText, subjectToken } from "../subject_token.ts";

/** An event as untyped code receives it. */
export interface UntypedReceived {
  readonly event: unknown;
  readonly id: string;
  readonly time: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Which events untyped code subscribes to. */
export interface UntypedSubscribeOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** One event as untyped code subscribes to it. */
export interface UntypedSubscription {
  subscribe(
    options?: UntypedSubscribeOptions,
  ): AsyncResult<AsyncIterable<UntypedReceived>, TransportError>;
}

/** Ids that are remembered: a publisher that has heard nothing of its event sends it again. */
const MOST_IDS = 256;

/** Subscribes to one event of a contract. */
export function eventSubscription(
  manifest: ContractManifest,
  name: string,
  line: Line,
  use?: UseState,
  log: Log = consoleLog,
): UntypedSubscription {
  const surface = eventSurface(manifest, name);
  if (surface === undefined) throw new TypeError(`${manifest.id} declares no event ${name}`);
  return {
    subscribe: (options = {}) => {
      const attempt = () => subscribe(line, surface, options, log);
      return new AsyncResult(use === undefined ? attempt() : whileUsed(use, attempt));
    },
  };
}

async function subscribe(
  line: Line,
  surface: EventSurface,
  { params = {}, signal }: UntypedSubscribeOptions,
  log: Log,
): Promise<Result<AsyncIterable<UntypedReceived>, TransportError>> {
  const subject = filterOf(surface, params);
  if (line.isClosed()) return err(closed(subject));
  let denied: Error | undefined;
  const queue = new WatchQueue<UntypedReceived>(() => {
    signal?.removeEventListener("abort", onAbort);
    unwatch();
    if (!subscription.isClosed() && !line.isClosed()) subscription.unsubscribe();
  });
  const onAbort = () => queue.end();
  const unwatch = line.watch((event) => {
    if (event.kind === "closed") queue.end(event.error ?? closed(subject));
  });
  const ids = new Set<string>();
  const subscription = line.subscribe(subject, {
    // A queue of one: while the line goes over to its next connection, only one of both gets an event.
    queue: `live-${freshToken(12)}`,
    callback: (cause, msg) => {
      if (cause !== null) {
        denied = cause;
        return queue.end(deniedError(subject, cause));
      }
      const received = receive(surface, msg, log);
      if (received === undefined || ids.has(received.id)) return;
      ids.add(received.id);
      if (ids.size > MOST_IDS) ids.delete(ids.values().next().value!);
      queue.push(received);
    },
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) queue.end();
  // Afterwards the server knows of it, or has said that it may not be.
  await line.flush().catch(() => {});
  if (denied === undefined) return ok(queue);
  queue.end();
  return err(deniedError(subject, denied));
}

/** `events.v1.Orders.Placed.*`, with the wanted values in the places of their params. */
function filterOf(surface: EventSurface, params: Readonly<Record<string, unknown>>): string {
  const unknown = Object.keys(params).find((path) => !surface.params.includes(path));
  if (unknown !== undefined) throw new TypeError(`${surface.name} has no param ${unknown}`);
  return [
    surface.base,
    ...surface.params.map((path) => {
      if (params[path] === undefined) return "*";
      const text = textOf(params[path]);
      const token = text === undefined ? undefined : subjectToken(text);
      if (token === undefined) {
        throw new TypeError(`no ${surface.name} can have that as its ${path}`);
      }
      return token;
    }),
  ].join(".");
}

function receive(surface: EventSurface, msg: WireMessage, log: Log): UntypedReceived | undefined {
  // What a consumer delivers has another subject, so whatever comes here was published as this event.
  const tokens = paramTokens(surface, msg.subject);
  if (tokens === undefined) return undefined;
  const headers = headerText(msg);
  const id = headerValue(headers, EVENT_ID_HEADER);
  const time = headerValue(headers, EVENT_TIME_HEADER);
  const leaveOut = (problem: string) => {
    log.warn(`${surface.name}: an event was left out: ${problem}`, { subject: msg.subject, id });
    return undefined;
  };
  if (id === undefined || time === undefined) return leaveOut("it has no id and time");
  const body = readBody(surface.validator, msg.data).take();
  if (isErr(body)) {
    return leaveOut(
      body.error.kind === "text"
        ? `its body ${body.error.problem}`
        : `${body.error.issues[0]?.path || "/"} does not fit`,
    );
  }
  const params = Object.fromEntries(surface.params.map((path, i) => [path, paramText(tokens[i]!)]));
  return { event: body, id, time, params };
}

function closed(subject: string): TransportError {
  return new TransportError({
    message: `subscribing to ${subject}: the connection is closed`,
    code: "trellis.connection.closed",
    hint: "Open a new connection.",
  });
}

function deniedError(subject: string, cause: Error): TransportError {
  return new TransportError({
    message: `this session may not subscribe to ${subject}`,
    code: "trellis.permission.denied",
    hint:
      "Declare the event, or its use with events.subscribe, in the contract and have it accepted.",
    cause,
  });
}
