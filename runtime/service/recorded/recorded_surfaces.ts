import { AsyncResult } from "../../../contracts/result.ts";
import type { MakeSurface } from "../../client/open_surfaces.ts";
import type { UntypedPublication } from "../../events/event_client.ts";
import type { PublishOptions } from "../../events/event_types.ts";
import { eventSurface } from "../../events/prepare_event.ts";
import type { JobClients } from "../../jobs/nats/job_queues.ts";
import { createActivity, dataActivity, publishActivity } from "../../telemetry/activity.ts";
import { recorded, type Recorder, type Telemetry } from "../../telemetry/telemetry.ts";
import type { UntypedTransact } from "../../transact/open_transact.ts";

/** Makes publications that are recorded, and whose events carry on the trace. */
export function recordedPublications(
  make: MakeSurface<UntypedPublication>,
  telemetry: Telemetry,
): MakeSurface<UntypedPublication> {
  return (owner, name, use) => {
    const { prepare, publish, publishPrepared } = make(owner, name, use);
    const subject = eventSurface(owner.manifest, name)?.base ?? name;
    const recorder = telemetry.recorder(publishActivity(subject));
    return {
      prepare,
      publish: (body, options) =>
        going(recorder, options, (options: PublishOptions) => publish(body, options)),
      publishPrepared: (event, options) =>
        going(
          recorder,
          options,
          (options: PublishOptions) => publishPrepared(event, options),
          { "messaging.message.id": event.metadata.id },
        ),
    };
  };
}

/** The same queues, whose new jobs are recorded and carry on the trace. */
export function recordedQueues(queues: JobClients, telemetry: Telemetry): JobClients {
  return Object.fromEntries(
    Object.entries(queues).map(([name, queue]) => {
      const recorder = telemetry.recorder(createActivity(name));
      const create: typeof queue.create = (payload, options) =>
        going(recorder, options, (options) => queue.create(payload, options));
      return [name, { ...queue, create }];
    }),
  );
}

/** The same transactions, recorded. @param aliases of the buckets that take them */
export function recordedTransact(
  transact: UntypedTransact,
  aliases: readonly string[],
  telemetry: Telemetry,
): UntypedTransact {
  const [alias = "", ...others] = aliases;
  const of = others.length === 0 ? alias : "*";
  const recorder = telemetry.recorder(dataActivity("kv", of, "transact"));
  return (compose, options) => going(recorder, options, (options) => transact(compose, options));
}

/** Does something for which the trace goes on. */
function going<O extends { readonly traceparent?: string | undefined }, T, E>(
  recorder: Recorder,
  options: O | undefined,
  work: (options: O & { readonly traceparent: string }) => AsyncResult<T, E>,
  details?: Readonly<Record<string, string>>,
): AsyncResult<T, E> {
  const recording = recorder.begin(options?.traceparent, details);
  const { traceparent } = recording;
  return new AsyncResult(recorded(recording, () => work({ ...options!, traceparent })));
}
