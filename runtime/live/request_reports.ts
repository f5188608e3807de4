import type { RequestBatch, RequestReport } from "../../contracts/live/reports.ts";
import {
  lotOf,
  newSpan,
  spanText,
  type TraceClaims,
  type TraceContext,
  traceOf,
} from "../../contracts/live/trace.ts";
import type { DeliveredEvent } from "../consume/delivered_event.ts";
import type { EventWatch, WatchedEvent } from "../consume/handle_event.ts";
import type { IncomingRequest } from "../rpc/messaging.ts";
import type { RequestWatch, WatchedRequest } from "../rpc/request_watch.ts";
import { REPORT_MS, RequestSampler } from "./request_sampler.ts";
import type { Wishes } from "./wishes.ts";

/** Who reports, and where to. */
export interface RequestReportsParts {
  readonly deployment: string;
  /** The contract that it serves. */
  readonly contract: string;
  /** What is wished; whoever fills it calls {@link RequestReports.wake}. */
  readonly wishes: Wishes;
  /** Sends a report. */
  readonly send: (batch: RequestBatch) => void;
}

/**
 * Reports the requests of a service, and the events that it handles, while somebody watches. While nobody does, a request costs one comparison, and
 * there is no timer; while somebody does, a look at the bytes of its headers, and only where not all can be reported.
 */
export class RequestReports implements RequestWatch, EventWatch {
  readonly #parts: RequestReportsParts;
  readonly #sampler = new RequestSampler();
  #ended: RequestReport[] = [];
  /** Requests that were to be reported, and ended when there was no room. */
  #dropped = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Makes what reports nothing yet. */
  constructor(parts: RequestReportsParts) {
    this.#parts = parts;
  }

  /** A wish has come. */
  wake(): void {
    const wished = this.#parts.wishes.at(performance.now());
    if (wished === undefined || this.#timer !== undefined) return;
    this.#sampler.wish(wished);
    this.#timer = setInterval(() => this.#report(), REPORT_MS);
  }

  /** Reports no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#ended = [];
    this.#dropped = 0;
  }

  /** A request has arrived; undefined when it is not reported. */
  begin(
    request: IncomingRequest,
    rpc: string,
    recorded?: string,
  ): WatchedRequest | undefined {
    if (this.#timer === undefined || !this.#sampler.takes(request)) return undefined;
    const { subject, span, requestId, traceparent = recorded } = request;
    const caller = subject.slice(subject.lastIndexOf(".") + 1);
    return new ReportedRequest(
      request,
      { rpc, caller },
      traceOf({ span, traceparent, requestId }),
      this.#over,
    );
  }

  /** An event is to be handled; undefined when it is not reported. */
  beginEvent(event: DeliveredEvent): WatchedEvent | undefined {
    if (this.#timer === undefined) return undefined;
    const { publishedFor: span, traceparent, requestId = event.id, size, name, group } = event;
    const claims = { span, traceparent, requestId };
    if (!this.#sampler.takes({ lot: eventLot(claims) })) return undefined;
    const reported = new ReportedRequest(
      { requestId, size, contractDigest: undefined },
      { rpc: name, caller: `group ${group}`, group },
      traceOf(claims),
      this.#over,
    );
    return { span: reported.span, end: (code) => reported.end(code, "") };
  }

  readonly #over = (report: RequestReport): void => {
    // Many may end at once that began one after the other: they wait for their turn, in a room of a few turns.
    if (this.#ended.length < ROOM * this.#sampler.quota) this.#ended.push(report);
    else this.#dropped++;
  };

  #report(): void {
    const { deployment, contract, wishes, send } = this.#parts;
    const { seen, leftOut, share } = this.#sampler.next();
    const requests = this.#ended.splice(0, this.#sampler.quota);
    if (seen > 0 || requests.length > 0) {
      send({
        format: "trellis.requests.v1",
        deployment,
        contract,
        seen,
        leftOut: leftOut + this.#dropped,
        share,
        requests,
      });
    }
    this.#dropped = 0;
    const wished = wishes.at(performance.now());
    if (wished === undefined) this.stop();
    else this.#sampler.wish(wished);
  }
}

/** So many reports' worth of requests are kept. */
const ROOM = 4;

/** The lot of an event's trace, as that of a request: see `traceLot`. */
function eventLot({ span, traceparent = "", requestId }: TraceClaims): number {
  if (span !== undefined) return 0;
  const trace = traceparent.length > 35 ? traceparent.slice(3, 35) : requestId;
  return lotOf(new TextEncoder().encode(trace));
}

/** What is told of a request beside its names. */
type Reported = Pick<IncomingRequest, "requestId" | "contractDigest" | "size">;

/** A request that is reported when it has been answered. */
class ReportedRequest implements WatchedRequest {
  readonly span: string;
  readonly #id = newSpan();
  readonly #request: Reported;
  readonly #names: Pick<RequestReport, "rpc" | "caller" | "group">;
  readonly #context: TraceContext;
  readonly #over: (report: RequestReport) => void;
  readonly #at = Date.now();
  readonly #started = performance.now();

  constructor(
    request: Reported,
    names: Pick<RequestReport, "rpc" | "caller" | "group">,
    context: TraceContext,
    over: (report: RequestReport) => void,
  ) {
    this.#request = request;
    this.#names = names;
    this.#context = context;
    this.#over = over;
    this.span = spanText(context.trace, this.#id);
  }

  end(code: string, text: string): void {
    const { requestId, contractDigest, size } = this.#request;
    const { trace, parent } = this.#context;
    this.#over({
      trace,
      span: this.#id,
      ...(parent === undefined ? {} : { parent }),
      request: requestId,
      ...this.#names,
      ...(contractDigest === undefined ? {} : { callerDigest: contractDigest }),
      at: this.#at,
      ms: Math.round((performance.now() - this.#started) * 1000) / 1000,
      code: code.slice(0, LONGEST_CODE),
      bytesIn: size,
      bytesOut: new TextEncoder().encode(text).length,
    });
  }
}

const LONGEST_CODE = 128;
