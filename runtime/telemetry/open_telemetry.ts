import {
  type Context,
  context,
  type Histogram,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import type { Activity, Attributes, MetricName } from "./activity.ts";
import type { RecordCalls } from "../rpc/call_recorder.ts";
import { recordCalls } from "./recorded_calls.ts";
import { parseTraceparent, traceparentOf } from "../../contracts/live/traceparent.ts";
import type { Recorder, Recording, Telemetry } from "./telemetry.ts";

/** What the spans and metrics of Trellis are found by. */
const SCOPE = "trellis";

/** Upper bounds of the classes of durations that OpenTelemetry's conventions ask for, in seconds. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const KINDS: Readonly<Record<Activity["kind"], SpanKind>> = {
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const DESCRIPTIONS: Readonly<Record<MetricName, string>> = {
  "rpc.client.duration": "Time from a call to its answer",
  "rpc.server.duration": "Time from the arrival of a request to its answer",
  "messaging.client.operation.duration": "Time until an event or a job is stored",
  "messaging.process.duration": "Time that the handler of an event, job or operation takes",
  "db.client.operation.duration": "Time that something asked of a KV bucket or a store takes",
};

/** Records with OpenTelemetry, by whatever the program has registered. */
export class OpenTelemetry implements Telemetry {
  readonly calls: RecordCalls = recordCalls(this);
  readonly #tracer: Tracer = trace.getTracer(SCOPE);
  readonly #durations: Readonly<Record<MetricName, Histogram>>;
  readonly #attributes: Attributes;

  /**
   * Asks for what is registered at this moment.
   *
   * @param attributes of everything that it records
   */
  constructor(attributes: Attributes = {}) {
    this.#attributes = attributes;
    const meter = metrics.getMeter(SCOPE);
    const duration = (name: MetricName) =>
      meter.createHistogram(name, {
        description: DESCRIPTIONS[name],
        unit: "s",
        advice: { explicitBucketBoundaries: BOUNDS_S },
      });
    this.#durations = {
      "rpc.client.duration": duration("rpc.client.duration"),
      "rpc.server.duration": duration("rpc.server.duration"),
      "messaging.client.operation.duration": duration("messaging.client.operation.duration"),
      "messaging.process.duration": duration("messaging.process.duration"),
      "db.client.operation.duration": duration("db.client.operation.duration"),
    };
  }

  /** Records an activity as spans, and in its metric. */
  recorder({ name, kind, metric, attributes: own }: Activity): Recorder {
    const durations = this.#durations[metric];
    const attributes = { ...this.#attributes, ...own };
    const options = { kind: KINDS[kind], attributes };
    const arrives = kind === "server" || kind === "consumer";
    return {
      begin: (traceparent, details) => {
        const parent = parentOf(arrives, traceparent);
        const all = details && { ...options, attributes: { ...attributes, ...details } };
        const span = this.#tracer.startSpan(name, all ?? options, parent);
        return new RecordedSpan(span, parent, attributes, durations);
      },
    };
  }
}

/**
 * What an activity belongs to: what the code that asks for it is part of, unless that is of another trace than what it
 * is done for. What arrives is part of nothing here, whatever the connection was made for.
 */
function parentOf(arrives: boolean, traceparent: string | undefined): Context {
  const here = arrives ? ROOT_CONTEXT : context.active();
  const remote = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (remote === undefined) return here;
  const active = arrives ? undefined : trace.getSpanContext(here);
  if (active?.traceId === remote.trace) return here;
  return trace.setSpanContext(here, {
    traceId: remote.trace,
    spanId: remote.span,
    traceFlags: remote.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  });
}

class RecordedSpan implements Recording {
  readonly traceparent: string;
  readonly #span: Span;
  readonly #context: Context;
  readonly #attributes: Attributes;
  readonly #durations: Histogram;
  readonly #started = performance.now();

  constructor(span: Span, parent: Context, attributes: Attributes, durations: Histogram) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    this.traceparent = traceparentOf({ trace: traceId, span: spanId, isSampled });
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
    this.#attributes = attributes;
    this.#durations = durations;
  }

  run<T>(work: () => T): T {
    return context.with(this.#context, work);
  }

  end(error?: string, message?: string): void {
    const seconds = (performance.now() - this.#started) / 1000;
    if (error === undefined) this.#durations.record(seconds, this.#attributes, this.#context);
    else {
      const attributes = { ...this.#attributes, "error.type": error };
      this.#span.setAttribute("error.type", error);
      this.#span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(message === undefined ? {} : { message }),
      });
      this.#durations.record(seconds, attributes, this.#context);
    }
    this.#span.end();
  }
}
