import type { RecordCalls } from "../rpc/call_recorder.ts";
import { callActivity } from "./activity.ts";
import { recorded, type Telemetry } from "./telemetry.ts";

/** Records calls, and has what serves them go on with their trace. */
export function recordCalls(telemetry: Pick<Telemetry, "recorder">): RecordCalls {
  return (surface, call) => {
    const recorder = telemetry.recorder(callActivity(surface));
    return (value, options) => {
      const recording = recorder.begin(options.traceparent);
      const { traceparent } = recording;
      return recorded(recording, () => call(value, { ...options, traceparent }));
    };
  };
}
