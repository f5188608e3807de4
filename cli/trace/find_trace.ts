import { parseTraceparent } from "../../contracts/live/traceparent.ts";
import { traceOf } from "../../contracts/live/trace.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { parseCause } from "../../contracts/stored/cause.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { CAUSE_HEADER } from "../../contracts/stored/work_headers.ts";
import { EVENT_ID_HEADER } from "../../runtime/events/nats/event_headers.ts";
import { TRACEPARENT_HEADER } from "../../runtime/nats/headers/header_names.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { originOf } from "./chain.ts";
import { scanHeaders } from "./nats/scan_headers.ts";
import type { TraceBounds } from "./read_chain.ts";
import { storedWork } from "./stored_work.ts";
import { valuePlaces } from "./value_places.ts";

/** What a stored message says of where it belongs. */
export interface TraceMarks {
  readonly cause: string | undefined;
  readonly traceparent: string | undefined;
}

/**
 * Whether a stored message belongs to a trace: it says so, or it was caused by a request that had no trace, whose id
 * decides then.
 */
export function belongsTo(trace: string, { cause, traceparent }: TraceMarks): boolean {
  const claimed = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (claimed !== undefined) return claimed.trace === trace;
  const { kind, id: requestId = "" } = parseCause(originOf(cause)) ?? {};
  if (kind !== "rpc") return false;
  return traceOf({ span: undefined, traceparent: undefined, requestId }).trace === trace;
}

/**
 * What a trace has begun with, as far as that is stored, as `rpc:01K9...` or `event:01K9...`; undefined where nothing of
 * it is: what a message says that was caused first.
 */
export async function findTrace(
  trace: string,
  since: number,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
  { most, patienceMs }: TraceBounds,
  signal: AbortSignal,
): Promise<Result<string | undefined, ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const deadline = performance.now() + patienceMs;
  const first = { at: Infinity, origin: "" };
  const note = (marks: TraceMarks, own: string, at: number) => {
    if (first.at <= at || !belongsTo(trace, marks)) return;
    Object.assign(first, { origin: marks.cause === undefined ? own : originOf(marks.cause), at });
  };
  const scan = (stream: string, visit: Parameters<typeof scanHeaders>[1]["visit"]) =>
    scanHeaders(messaging, { stream, since, most, deadline, signal, visit });
  const streams = [EVENT_STREAM, ...valuePlaces(records).map(({ stream }) => stream)];
  for (const stream of new Set(streams)) {
    const read = (await scan(stream, ({ header, sequence, writtenAt }) => {
      const marks = { cause: header(CAUSE_HEADER), traceparent: header(TRACEPARENT_HEADER) };
      note(marks, `event:${header(EVENT_ID_HEADER) ?? `seq-${sequence}`}`, writtenAt);
    })).take();
    if (isErr(read)) return read;
  }
  if (first.origin !== "") return ok(first.origin);
  const work = (await storedWork(
    records,
    messaging,
    async (stream, visit) => (await scan(stream, visit)).map(() => undefined),
    () => {},
  )).take();
  if (isErr(work)) return work;
  for (const one of work) note(one, `${one.kind}:${one.id}`, 0);
  return ok(first.origin === "" ? undefined : first.origin);
}
