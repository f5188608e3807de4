import type { Contract } from "../../../contracts/define/contract.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import { stepsOpener } from "../../consume/nats/open_steps.ts";
import { KeptNotes } from "../../consume/steps.ts";
import type { QueueItem } from "../../jobs/queue_item.ts";
import type { Log } from "../../log.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import type { RpcServer } from "../../rpc/rpc_server.ts";
import { OwnNotes } from "../../work/delivery_notes.ts";
import type { StoreHandle } from "../../store/store_handle.ts";
import type { FileGrants } from "../../transfer/receive/file_grants.ts";
import { ChunkRoom } from "../../transfer/send/chunk_room.ts";
import type { HungHandlers } from "../../work/hung_handlers.ts";
import type { Worker } from "../../work/nats/worker.ts";
import { controlFile } from "./control_file.ts";
import { controlOperation } from "./control_operation.ts";
import { CONTROL_REQUEST } from "./control_request.ts";
import type { HeldOperation } from "./held_operation.ts";
import type { ControlRequest, FileRequest } from "../operation_control.ts";
import { openPlace } from "./open_place.ts";
import type { OperationPlace } from "./operation_place.ts";
import { operationSurface } from "../operation_surface.ts";
import type { UntypedOperationHandler } from "./run_operation.ts";
import { startWithFile } from "./start_with_file.ts";
import { operationWorker } from "./operation_worker.ts";
import { stopTogether } from "../../work/stop_together.ts";

/** An operation that is done sooner is not worth a watch, in milliseconds. */
const WATCH_AFTER_MS = 100;

/** What the operations of a service are made of. */
export interface OperationsParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly server: RpcServer;
  readonly bindings: Pick<Bindings, "operations" | "records" | "transfer" | "dead" | "steps">;
  /** The stores of the service, by alias. */
  readonly stores: ReadonlyMap<string, StoreHandle>;
  readonly grants: FileGrants;
  /** The time as the server has it, in milliseconds since 1970. */
  readonly now: () => Promise<number>;
  readonly log: Log;
  readonly hung: HungHandlers;
}

/** The operations of a service: each is served and worked on as soon as it has its handler. */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #workers = new Map<string, Worker<QueueItem> | undefined>();
  readonly #room = new ChunkRoom();
  #stopping: Promise<void> | undefined;

  /** Nothing is asked of the server before the handlers are there. */
  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  /** The names of all operations. */
  get names(): readonly string[] {
    return Object.keys(this.#parts.contract.manifest.operations ?? {});
  }

  /** True when all of them have their handlers. */
  get allWork(): boolean {
    return this.#workers.size === this.names.length;
  }

  /** Registers the handler of one operation. */
  handle(name: string, handler: UntypedOperationHandler): void {
    const { contract, server, deployment, log } = this.#parts;
    const surface = operationSurface(contract, name);
    if (this.#workers.has(name)) throw new TypeError(`${name} has a handler already`);
    const place = openPlace({ ...this.#parts, room: this.#room }, name);
    this.#workers.set(name, undefined);
    if (this.#stopping !== undefined) return;
    if (place === undefined) {
      log.warn(
        `${name} of ${deployment} does nothing: it was not bound when the service started`,
        { hint: `trellis svc ${deployment} authority reconcile` },
      );
      return;
    }
    server.serveSurface(
      contract,
      surface.start,
      (input, context) => startWithFile(place, input, context),
    );
    const declared = new Map(surface.control.declared)
      // What others are refused with, and those who ask too much.
      .set(TransportError.name, TransportError);
    const control = { ...surface.control, declared, input: CONTROL_REQUEST };
    server.serveSurface(contract, control, (value, context) => {
      // It was checked against its schema.
      const request = value as ControlRequest | FileRequest;
      return request.action === "sent" || request.action === "commit"
        ? controlFile(place, request, context)
        : controlOperation(place, request, context);
    });
    const worker = this.#worker(place, handler);
    this.#workers.set(name, worker);
    worker.start();
  }

  /**
   * Takes no more of them into work, and waits for those that are: see `Worker.stop`.
   *
   * @param onQuiet called when no more are taken
   */
  stop(deadlineMs: number, onQuiet?: () => void): Promise<void> {
    return this.#stopping ??= stopTogether(
      [...this.#workers.values()].flatMap((worker) => worker ?? []),
      deadlineMs,
      onQuiet,
    );
  }

  #worker(place: OperationPlace, handler: UntypedOperationHandler): Worker<QueueItem> {
    const { messaging, bindings, grants, hung } = this.#parts;
    const { binding, owner } = place.queue;
    const steps = stepsOpener(messaging, bindings.steps);
    const isStrict = place.declaration.work?.keyConcurrency?.ordering === "strict";
    return operationWorker({
      place,
      handler,
      steps,
      grants: grants.serve("operations", place.surface.name),
      mayLeave: binding.schedules === true && !isStrict,
      follow: followRecords(place),
      dead: bindings.dead,
      overdue: hung.of("operation", place.surface.name),
      notes: bindings.steps === undefined
        ? new OwnNotes()
        : new KeptNotes(steps, `operation_${owner.queue}`),
    });
  }
}

/** Looks at the record of each operation in work as soon as somebody else has written it. */
function followRecords({ records }: OperationPlace): (held: HeldOperation) => () => void {
  return (held) => {
    const ends = new AbortController();
    const timer = setTimeout(async () => {
      await records.watch({ record: held.record.id }, ends.signal, (revision) => {
        held.look(revision);
      });
      // What was written before the watch began.
      if (!ends.signal.aborted) await held.look();
    }, WATCH_AFTER_MS);
    return () => {
      clearTimeout(timer);
      ends.abort();
    };
  };
}
