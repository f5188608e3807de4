import type { Result } from "../../../contracts/result.ts";
import type { EventContext } from "../../consume/event_context.ts";
import type { GroupEvent, UntypedEventHandler } from "../../consume/group_event.ts";
import type { UntypedJobHandler } from "../../jobs/handlers/run_job.ts";
import type { UntypedOperationHandler } from "../../operations/serve/run_operation.ts";
import { eventActivity, workActivity } from "../../telemetry/activity.ts";
import { recorded, type Telemetry } from "../../telemetry/telemetry.ts";

/** A handler that is told which trace goes on with what it does; that of what has come, unless it is. */
type Going<Handler extends (...handled: never[]) => unknown> = (
  ...of: [...Parameters<Handler>, traceparent?: string]
) => ReturnType<Handler>;

/** The same handler of an event, recorded. */
export function recordedEvent(
  handle: Going<UntypedEventHandler>,
  { group, base }: { readonly group: string } & Pick<GroupEvent, "base">,
  telemetry: Telemetry,
): UntypedEventHandler {
  const recorder = telemetry.recorder(eventActivity(group, base));
  return (event, context: EventContext) => {
    const recording = recorder.begin(context.traceparent, { "messaging.message.id": context.id });
    return recorded<Answer>(recording, () => handle(event, context, recording.traceparent));
  };
}

/** The same handler of a job, recorded. */
export function recordedJob(
  handle: Going<UntypedJobHandler>,
  queue: string,
  telemetry: Telemetry,
): UntypedJobHandler {
  const recorder = telemetry.recorder(workActivity("job", queue));
  return (payload, job) => {
    const recording = recorder.begin(job.traceparent, { "messaging.message.id": job.id });
    return recorded<Answer>(recording, () => handle(payload, job, recording.traceparent));
  };
}

/** The same handler of an operation, recorded: each time that it runs. */
export function recordedOperation(
  handle: Going<UntypedOperationHandler>,
  name: string,
  telemetry: Telemetry,
): UntypedOperationHandler {
  const recorder = telemetry.recorder(workActivity("operation", name));
  return (input, op, context) => {
    const recording = recorder.begin(context.traceparent, { "messaging.message.id": op.id });
    return recorded<Answer>(recording, () => handle(input, op, context, recording.traceparent));
  };
}

type Answer = Result<unknown, unknown>;
