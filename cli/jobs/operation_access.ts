import { ulid } from "ulid";
import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { ContractManifest, ManifestOperationWork } from "../../contracts/manifest/manifest.ts";
import { err, isErr, type Result } from "../../contracts/result.ts";
import type { OperationRecord } from "../../contracts/stored/operation_record.ts";
import type { SurfaceNeed } from "../../reconcile/needs/need_types.ts";
import { serverTime } from "../../runtime/nats/jetstream/server_time.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { ControlRequest } from "../../runtime/operations/operation_control.ts";
import { controlOperation } from "../../runtime/operations/serve/control_operation.ts";
import { openPlace } from "../../runtime/operations/serve/open_place.ts";
import type { OperationPlace } from "../../runtime/operations/serve/operation_place.ts";
import type { Caller } from "../../runtime/rpc/request_context.ts";
import { LOCAL_ADMIN } from "../platform/secured_platform.ts";
import { auditNotes } from "../program/audit_notes.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { DataEditor } from "../program/data_audit.ts";
import { explained } from "./explained_error.ts";
import type { OpenQueue } from "./open_queue.ts";
import { notMade } from "./queues.ts";

/** What an admin asks of an operation that somebody has started. */
export type AdminRequest = Extract<ControlRequest, { action: "cancel" | "signal" }>;

/**
 * Cancels an operation or sends it a signal, as the service does it for its callers; it need not run. An admin may do
 * so whoever has started it, and the audit history is told first.
 */
export async function controlOperationBy(
  editor: DataEditor,
  open: OpenQueue,
  request: AdminRequest,
): Promise<Result<OperationRecord, ExplainedError>> {
  const { queue: { deployment, name } } = open;
  const place = placeOf(open, editor);
  if (place === undefined) return err(notMade(open.queue));
  const note = await auditNotes(editor);
  const noted = (await note({
    kind: request.action === "cancel" ? "operation.cancelled" : "operation.signalled",
    by: editor.by,
    subject: deployment,
    details: { operation: name, id: request.id, ...moreOf(request) },
  })).take();
  if (isErr(noted)) return noted;
  const caller = adminCaller(editor.messaging.session);
  const done = await controlOperation(place, request, { caller, requestId: ulid() });
  return done.map(({ record }) => record).mapErr((error) => explained(error, open.queue));
}

function moreOf(request: AdminRequest): Readonly<Record<string, string>> {
  if (request.action === "signal") return { signal: request.name };
  return request.reason === undefined ? {} : { reason: request.reason };
}

/** Whoever may connect as an admin holds everything. */
function adminCaller(session: string): Caller {
  return {
    session,
    principal: LOCAL_ADMIN,
    contractDigest: undefined,
    contract: () => Promise.resolve(undefined),
    can: () => Promise.resolve(true),
  };
}

function placeOf(
  { queue: { deployment, name }, record }: OpenQueue,
  { messaging }: DataEditor,
): OperationPlace | undefined {
  const needs = record.desired?.needs;
  const bindings = record.materialized?.bindings;
  const [subject, surface] = Object.entries(needs?.surfaces ?? {})
    .find(([, { kind, name: of }]) => kind === "operations" && of === name) ?? [];
  if (needs === undefined || bindings === undefined) return undefined;
  if (subject === undefined || surface === undefined) return undefined;
  const { contract: id, digest } = needs;
  const manifest = manifestOf(id, subject, surface);
  const contract = { id, digest, manifest, errors: new Map() };
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const now = serverTime(requests, bindings.records);
  return openPlace({ contract, deployment, messaging, bindings, now, log: console }, name);
}

/** A manifest that declares just this operation, to ask something of it by. */
function manifestOf(
  id: string,
  subject: string,
  { name, schemas, signals = {}, cancel = false, capabilities, work }: SurfaceNeed,
): ContractManifest {
  const signalSchema = (signal: string) => `signal ${signal}`;
  const { input = true, output = true, progress } = schemas;
  return {
    ...core.manifest,
    id,
    schemas: {
      input,
      output,
      ...(progress === undefined ? {} : { progress }),
      ...Object.fromEntries(
        Object.entries(signals).map(([signal, schema]) => [signalSchema(signal), schema]),
      ),
    },
    operations: {
      [name]: {
        version: "v1",
        subject,
        input: { schema: "input" },
        output: { schema: "output" },
        ...(progress === undefined ? {} : { progress: { schema: "progress" } }),
        signals: Object.fromEntries(
          Object.keys(signals).map((
            signal,
          ) => [signal, { input: { schema: signalSchema(signal) } }]),
        ),
        cancel,
        capabilities,
        // It was checked as a member of a manifest before it was accepted.
        ...(work === undefined ? {} : { work: work as ManifestOperationWork }),
      },
    },
  };
}
