import type { Contract } from "../../../contracts/define/contract.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import { queueName } from "../../../contracts/stored/job_names.ts";
import { recordsOpener } from "../../jobs/nats/open_records.ts";
import { QueueStream } from "../../jobs/nats/queue_stream.ts";
import type { Log } from "../../log.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { StoreHandle } from "../../store/store_handle.ts";
import type { ChunkRoom } from "../../transfer/send/chunk_room.ts";
import { SendPlace } from "../../transfer/send/send_place.ts";
import { operationSurface } from "../operation_surface.ts";
import { chunkNeed } from "./chunk_need.ts";
import { KEEP_MS, type OperationPlace } from "./operation_place.ts";
import { OperationRecords } from "./operation_records.ts";

/** What an operation of a service is found by. */
export interface OperationPlaceParts {
  readonly contract: Pick<Contract, "manifest" | "errors" | "digest"> & { readonly id: string };
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "operations" | "records" | "transfer">;
  /** The stores of the service, by alias; where it is not worked on, files that come with it are passed over. */
  readonly stores?: ReadonlyMap<string, StoreHandle>;
  /** What those files share on their way. */
  readonly room?: ChunkRoom;
  /** The time as the server has it, in milliseconds since 1970. */
  readonly now: () => Promise<number>;
  readonly log: Log;
}

/** Where what was started of an operation stands; undefined when it is not bound. Nothing is asked of the server. */
export function openPlace(
  { contract, deployment, messaging, bindings, stores, room, now, log }: OperationPlaceParts,
  name: string,
): OperationPlace | undefined {
  const declaration = contract.manifest.operations?.[name];
  const binding = bindings.operations?.[name];
  const { records: bucket } = bindings;
  if (declaration === undefined || binding === undefined || bucket === undefined) return undefined;
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const queue = queueName(name);
  const keepMs = declaration.work?.keepMs ?? KEEP_MS;
  const { schemas = {} } = contract.manifest;
  const { transfer, subject } = declaration;
  const store = transfer?.direction === "send" ? stores?.get(transfer.store) : undefined;
  const openRecords = recordsOpener(messaging, deployment, bucket);
  const place: OperationPlace = {
    surface: operationSurface(contract, name),
    declaration,
    signals: new Map(
      Object.entries(declaration.signals ?? {})
        .map(([signal, { input }]) => [signal, validatorOf(schemas[input.schema] ?? true)]),
    ),
    deployment,
    requests,
    records: new OperationRecords(bucket, openRecords, queue, keepMs),
    queue: new QueueStream({ deployment, kind: "operation", queue, requests, binding }),
    file: transfer === undefined || store === undefined || room === undefined ||
        bindings.transfer === undefined
      ? undefined
      : new SendPlace({
        requests,
        stream: bindings.transfer,
        surface: subject,
        declaration: transfer,
        store,
        room,
      }),
    digest: contract.digest,
    now,
    log,
  };
  const { file } = place;
  if (file !== undefined) {
    room?.add({
      staged: file.staged,
      needOf: (id) => chunkNeed(place, file, id),
      mostChunks: () => file.mostChunks(),
    });
  }
  return place;
}
