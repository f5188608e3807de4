import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { AuthorityRecord, ResourceProblem } from "../records/authority_record.ts";
import type { AuthorityStore } from "../records/record_store.ts";
import type { BucketFailure } from "../resources/buckets.ts";
import type { WorkStreams } from "../resources/work_streams.ts";
import type { WorkAction } from "./work_action.ts";
import { workKey } from "./work_row.ts";

/** What reconciling the groups, projections, relays and queues of a deployment takes. */
export interface WorkRequest {
  readonly record: AuthorityRecord;
  /** Needs of the versions that no reconcile has seen yet, oldest first; the desired ones last. */
  readonly accepted: readonly Needs[];
  /** Where KV aliases are. */
  readonly kv: ByKey<{ readonly bucket: string }>;
  readonly streams: WorkStreams;
  readonly now: Date;
  readonly store: AuthorityStore;
  /** Called with each action before it is done. */
  readonly acting?: ((action: WorkAction) => void) | undefined;
  /** Whether the record still is the one that this was decided on. */
  readonly isCurrent: () => Promise<Result<boolean, AuthorityError>>;
  /** Gets what was done, in order. */
  readonly done: WorkAction[];
}

/** Does what was planned; what one group cannot have does not keep the others away. */
export async function act(
  actions: readonly WorkAction[],
  { acting, isCurrent, streams, done }: WorkRequest,
): Promise<Result<"again" | readonly ResourceProblem[], AuthorityError>> {
  const problems: ResourceProblem[] = [];
  for (const action of actions) {
    const isNew = action.kind === "create_stream" || action.kind === "create_consumer";
    if (!isNew) {
      const current = (await isCurrent()).take();
      if (isErr(current)) return current;
      if (!current) return ok("again");
    }
    acting?.(action);
    const outcome = await carryOut(action, streams);
    if (outcome.isOk()) {
      done.push(action);
      continue;
    }
    if (outcome.error.code === "nats_unavailable") return unavailable(outcome.error);
    if (isNew && await isThere(action, streams)) return ok("again");
    const { kind, alias } = action.subject;
    const resource = kind === "shared" ? kind : workKey(kind, alias);
    problems.push({ resource, ...outcome.error });
  }
  return ok(problems);
}

function carryOut(
  action: WorkAction,
  streams: WorkStreams,
): Promise<Result<void, BucketFailure>> {
  switch (action.kind) {
    case "create_stream":
      return streams.putStream(action.stream, true, action.copyFrom);
    case "update_stream":
    case "repair_stream":
      return streams.putStream(action.stream, false, action.copyFrom);
    case "delete_stream":
      return streams.deleteStream(action.subject.name);
    case "create_consumer":
      return streams.addConsumer(action.consumer, action.start, action.pausedUntil);
    case "update_consumer":
    case "repair_consumer":
    case "hold_consumer":
      return streams.updateConsumer(action.consumer);
    case "put_schedule":
    case "make_up":
      return streams.publish(action.message);
    case "remove_schedule":
      return streams.removeMessage(action.stream, action.sequence);
    case "delete_consumer":
      return streams.deleteConsumer(action.consumer, action.waiting);
  }
}

/** Another reconciler may have been faster, or the answer of our own request was lost. */
async function isThere(action: WorkAction, streams: WorkStreams): Promise<boolean> {
  const found = action.kind === "create_consumer"
    ? await streams.consumer(action.consumer)
    : await streams.stream(action.subject.name);
  return found.isOk() && found.value !== undefined;
}

/** The server cannot be asked at the moment. */
export function unavailable({ message, hint }: BucketFailure): Result<never, AuthorityError> {
  return err(new AuthorityError("unavailable", message, hint));
}
