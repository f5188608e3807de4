import type { RequestBatch, RequestReport } from "../../contracts/live/reports.ts";
import { newSpan, spanText, type TraceContext, traceOf } from "../../contracts/live/trace.ts";
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
 * Reports the requests of a service while somebody watches. While nobody does, a request costs one comparison, and
 * there is no timer; while somebody does, a look at the bytes of its headers, and only where not all can be reported.
 */
export class RequestReports implements RequestWatch {
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
  begin(request: IncomingRequest, rpc: string): WatchedRequest | undefined {
    if (this.#timer === undefined) return undefined;
    return this.#sampler.takes(request)
      ? new ReportedRequest(request, rpc, traceOf(request), this.#over)
      : undefined;
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

/** A request that is reported when it has been answered. */
class ReportedRequest implements WatchedRequest {
  readonly span: string;
  readonly #id = newSpan();
  readonly #request: IncomingRequest;
  readonly #rpc: string;
  readonly #context: TraceContext;
  readonly #over: (report: RequestReport) => void;
  readonly #at = Date.now();
  readonly #started = performance.now();

  constructor(
    request: IncomingRequest,
    rpc: string,
    context: TraceContext,
    over: (report: RequestReport) => void,
  ) {
    this.#request = request;
    this.#rpc = rpc;
    this.#context = context;
    this.#over = over;
    this.span = spanText(context.trace, this.#id);
  }

  end(code: string, text: string): void {
    const { subject, requestId, contractDigest, size } = this.#request;
    const { trace, parent } = this.#context;
    this.#over({
      trace,
      span: this.#id,
      ...(parent === undefined ? {} : { parent }),
      request: requestId,
      rpc: this.#rpc,
      caller: subject.slice(subject.lastIndexOf(".") + 1),
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
