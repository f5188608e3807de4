import { tellTrace } from "../../contracts/errors/error_trace.ts";
import { parseTraceparent } from "../../contracts/live/traceparent.ts";
import type { RecordCalls } from "../rpc/call_recorder.ts";
import { callActivity } from "./activity.ts";
import { recorded, type Telemetry } from "./telemetry.ts";

/** The id of the trace that a `traceparent` is of. */
function traceIn(traceparent: string): string {
  return parseTraceparent(traceparent)?.trace ?? traceparent;
}

/** Records calls, and has what serves them go on with their trace. */
export function recordCalls(telemetry: Pick<Telemetry, "recorder">): RecordCalls {
  return (surface, call) => {
    const recorder = telemetry.recorder(callActivity(surface));
    return (value, options) => {
      const recording = recorder.begin(options.traceparent);
      const { traceparent } = recording;
      return recorded(recording, async () => {
        const result = await call(value, { ...options, traceparent });
        if (result.isErr()) tellTrace(result.error, traceIn(traceparent));
        return result;
      });
    };
  };
}
