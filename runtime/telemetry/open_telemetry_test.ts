import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { err, ok } from "../../contracts/result.ts";
import { callActivity, servedActivity } from "./activity.ts";
import { loadTelemetry } from "./load_telemetry.ts";
import { OpenTelemetry } from "./open_telemetry.ts";
import { recorded } from "./telemetry.ts";

const [TRACE, OTHER] = ["a".repeat(32), "b".repeat(32)];
const GET = { name: "Orders.Get", subject: "rpc.v1.Orders.Get" };

/** A span as it was made and ended. */
interface Made {
  readonly name: string;
  readonly options: SpanOptions;
  readonly parent: SpanContext | undefined;
  readonly context: SpanContext;
  readonly attributes: Record<string, unknown>;
  failed: boolean;
  ended: boolean;
}

/** Registers what keeps spans, as an SDK does, until it is disposed of. */
function register(): Disposable & { readonly spans: readonly Made[] } {
  const spans: Made[] = [];
  let active: Context = ROOT_CONTEXT;
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: (name, options = {}, within = active) => spanOf(name, options, within),
      startActiveSpan: () => {
        throw new Error("nobody asks for it");
      },
    }),
  });
  context.setGlobalContextManager({
    active: () => active,
    with(within, work, self, ...args) {
      const before = active;
      active = within;
      try {
        return work.call(self as never, ...args);
      } finally {
        active = before;
      }
    },
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  function spanOf(name: string, options: SpanOptions, within: Context): Span {
    const parent = trace.getSpanContext(within);
    const made: Made = {
      name,
      options,
      parent,
      context: {
        traceId: parent?.traceId ?? OTHER,
        spanId: String(spans.length + 1).padStart(16, "0"),
        traceFlags: parent?.traceFlags ?? 1,
      },
      attributes: { ...options.attributes },
      failed: false,
      ended: false,
    };
    spans.push(made);
    const span: Span = {
      spanContext: () => made.context,
      setAttribute(key, value) {
        made.attributes[key] = value;
        return span;
      },
      setAttributes: () => span,
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus({ code }) {
        made.failed = code === SpanStatusCode.ERROR;
        return span;
      },
      updateName: () => span,
      end: () => void (made.ended = true),
      isRecording: () => true,
      recordException: () => {},
    };
    return span;
  }
  return {
    spans,
    [Symbol.dispose]() {
      trace.disable();
      context.disable();
    },
  };
}

Deno.test("where nothing is registered there is nothing that records", async () => {
  assertEquals(await loadTelemetry({}), undefined);
  using _registered = register();
  assert(await loadTelemetry({}) instanceof OpenTelemetry);
});

Deno.test("a call belongs to what is done just now, unless that is of another trace", () => {
  using registered = register();
  const telemetry = new OpenTelemetry();
  const remote = `00-${TRACE}-${"9".repeat(16)}-01`;
  const served = telemetry.recorder(servedActivity(GET)).begin(remote);
  const calls = telemetry.recorder(callActivity(GET));
  served.run(() => {
    calls.begin(undefined);
    calls.begin(served.traceparent);
    calls.begin(`00-${OTHER}-${"8".repeat(16)}-00`);
    // What arrives belongs to nothing here.
    telemetry.recorder(servedActivity(GET)).begin(undefined);
  });
  const parents = registered.spans.map(({ parent }) => parent && [parent.traceId, parent.spanId]);
  const own = [TRACE, "1".padStart(16, "0")];
  assertEquals(parents, [[TRACE, "9".repeat(16)], own, own, [OTHER, "8".repeat(16)], undefined]);
});

Deno.test("a trace that is not sampled goes on as one that is not", () => {
  using _registered = register();
  const recorder = new OpenTelemetry().recorder(servedActivity(GET));
  const { traceparent } = recorder.begin(`00-${TRACE}-${"9".repeat(16)}-00`);
  assertEquals(traceparent, `00-${TRACE}-${"1".padStart(16, "0")}-00`);
  const own = recorder.begin("nothing that can be read").traceparent;
  assertEquals(own, `00-${OTHER}-${"2".padStart(16, "0")}-01`);
});

Deno.test("what fails or throws is recorded with its type, and handed on", async () => {
  using registered = register();
  const telemetry = new OpenTelemetry({ "trellis.contract": "orders@v1" });
  const recorder = telemetry.recorder(callActivity(GET));
  const begin = () => recorder.begin(undefined, { "trellis.request.id": "r-1" });
  await recorded(begin(), () => Promise.resolve(ok(1)));
  await recorded(begin(), () => err(new RangeError("too much")));
  await assertRejects(
    () => recorded(begin(), () => Promise.reject<never>(new TypeError("a bug"))),
    TypeError,
  );
  const ends = registered.spans.map(({ failed, ended, attributes }) => [
    failed,
    ended,
    attributes["error.type"],
    attributes["trellis.contract"],
    attributes["trellis.request.id"],
  ]);
  assertEquals(ends, [
    [false, true, undefined, "orders@v1", "r-1"],
    [true, true, "RangeError", "orders@v1", "r-1"],
    [true, true, "TypeError", "orders@v1", "r-1"],
  ]);
});
