import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import type { Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import {
  openOperation,
  type UntypedOperation,
  type UntypedOperationRef,
} from "../../runtime/operations/operation_ref.ts";
import {
  type OperationSurface,
  operationSurface,
} from "../../runtime/operations/operation_surface.ts";
import { operationWatcher } from "../../runtime/operations/operation_watch.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StartOptions } from "../../runtime/operations/operation_types.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { untilAnswered } from "../../runtime/rpc/until_answered.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type CallFailure, failureOf } from "./call_served.ts";
import { findSurface, type ServedSurface } from "./served_surface.ts";

/** The operation of a name, as `findSurface` finds it. */
export function findOperation(
  name: string,
  accepted: ByKey<Needs> | undefined,
): Result<OperationSurface, ExplainedError> {
  return findSurface("operations", name, accepted).map(surfaceOf);
}

/** The operations of one kind, as callers start them and find them again. */
export function openServed(surface: OperationSurface, messaging: NatsMessaging): UntypedOperation {
  return openOperation(surface, {
    sender: untilAnswered(messaging),
    watch: operationWatcher(messaging),
    requests: JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session)),
  });
}

/** Starts an operation; the error is what there is to say of one that did not start. */
export async function startServed(
  surface: OperationSurface,
  input: JsonValue,
  messaging: NatsMessaging,
  options: StartOptions,
): Promise<Result<UntypedOperationRef, CallFailure>> {
  const started = await openServed(surface, messaging).start(input, options);
  return started.mapErr((error) => failureOf(surface.name, error));
}

/** No class of an error is known here: declared errors arrive with their payload. */
export function surfaceOf({ contract, subject, surface }: ServedSurface): OperationSurface {
  const { name } = surface;
  const { input = true, progress = true, output = true } = surface.schemas;
  const manifest = {
    ...core.manifest,
    id: contract,
    schemas: { input, progress, output },
    operations: {
      [name]: {
        version: "v1",
        subject,
        input: { schema: "input" },
        progress: { schema: "progress" },
        output: { schema: "output" },
        errors: surface.errors.map((type) => ({ type })),
      },
    },
  };
  return operationSurface({ id: contract, manifest, errors: new Map() }, name);
}
