import type { Result } from "../../contracts/result.ts";
import { errorType } from "../../contracts/errors/error_type.ts";
import type { RecordCalls } from "../rpc/call_recorder.ts";
import type { Activity, Attributes } from "./activity.ts";

/** Records what is done; missing where nobody wants it. */
export interface Telemetry {
  /** Prepares to record an activity, again and again. */
  recorder(activity: Activity): Recorder;
  /** Makes calls recorded ones. */
  readonly calls: RecordCalls;
}

/** Records one activity whenever it is done. */
export interface Recorder {
  /**
   * It begins.
   *
   * @param traceparent of what it is done for, as W3C writes it; what is done just now unless given
   * @param details of this one; no metric has them
   */
  begin(traceparent: string | undefined, details?: Attributes): Recording;
}

/** An activity that is being recorded. */
export interface Recording {
  /** W3C trace context of what is done for it. */
  readonly traceparent: string;
  /** Runs what belongs to it: what that logs, fetches and records is said to be done for it. */
  run<T>(work: () => T): T;
  /** It is over. @param error its code or type, where it has failed */
  end(error?: string, message?: string): void;
}

/** Records what answers a result. What it throws ends the recording, and is thrown. */
export async function recorded<R extends Result<unknown, unknown>>(
  recording: Recording,
  work: () => R | PromiseLike<R>,
): Promise<R> {
  try {
    const result = await recording.run(work);
    if (result.isErr()) recording.end(...failureOf(result.error));
    else recording.end();
    return result;
  } catch (cause) {
    recording.end(...failureOf(cause));
    throw cause;
  }
}

function failureOf(error: unknown): [type: string, message: string] {
  return error instanceof Error ? [errorType(error), error.message] : ["_OTHER", String(error)];
}
