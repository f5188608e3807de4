import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import { isSurfaceName, surfaceSubject } from "../../contracts/manifest/names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { openOperation, type UntypedOperationRef } from "../../runtime/operations/operation_ref.ts";
import {
  type OperationSurface,
  operationSurface,
} from "../../runtime/operations/operation_surface.ts";
import { operationWatcher } from "../../runtime/operations/operation_watch.ts";
import type { StartOptions } from "../../runtime/operations/operation_types.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { untilAnswered } from "../../runtime/rpc/until_answered.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type CallFailure, failureOf } from "./call_served.ts";
import { notServed, servedSurfaces } from "./served_rpc.ts";

/**
 * The operation of a name, as it is accepted. Errors: `operation_not_found`, with the one that may be meant.
 *
 * @param accepted undefined where it cannot be read: then the deployment alone checks what it gets
 */
export function findOperation(
  name: string,
  accepted: ByKey<Needs> | undefined,
): Result<OperationSurface, ExplainedError> {
  const served = servedSurfaces("operations", accepted ?? {});
  const found = served.find(({ surface }) => surface.name === name);
  if (found !== undefined) return ok(surfaceOf(name, found));
  if (accepted === undefined && isSurfaceName(name)) return ok(surfaceOf(name, unread(name)));
  return err(notServed("operation", name, served.map(({ surface }) => surface.name)));
}

/** Starts an operation; the error is what there is to say of one that did not start. */
export async function startServed(
  surface: OperationSurface,
  input: JsonValue,
  messaging: NatsMessaging,
  options: StartOptions,
): Promise<Result<UntypedOperationRef, CallFailure>> {
  const operation = openOperation(surface, untilAnswered(messaging), operationWatcher(messaging));
  return (await operation.start(input, options)).mapErr((error) => failureOf(surface.name, error));
}

interface Declared {
  readonly contract: string;
  readonly subject: string;
  readonly surface: {
    readonly schemas: Readonly<Record<string, JsonObject | boolean>>;
    readonly errors: readonly string[];
  };
}

function unread(name: string): Declared {
  const subject = surfaceSubject("operations", "v1", name);
  return { contract: core.id, subject, surface: { schemas: {}, errors: [] } };
}

/** No class of an error is known here: declared errors arrive with their payload. */
function surfaceOf(name: string, { contract, subject, surface }: Declared): OperationSurface {
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
