import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import { bySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { HandlerClient } from "../client/client_types.ts";
import type { EventContext } from "../consume/event_context.ts";
import type { EventGroups } from "../consume/nats/event_groups.ts";
import type { Feeds, UntypedFeedHandler } from "../feeds/serve/feeds.ts";
import type { DeliveredJob } from "../jobs/handlers/delivered_job.ts";
import type { JobQueues } from "../jobs/nats/job_queues.ts";
import type { Migrations } from "../jobs/read_payload.ts";
import type { Operations } from "../operations/serve/operations.ts";
import type { UntypedOperationHandler } from "../operations/serve/run_operation.ts";
import type { UntypedRunningOperation } from "../operations/serve/running_operation.ts";
import type { OperationContext } from "../operations/serve/running_types.ts";
import type { Projections } from "../projections/projections.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { RpcServer, UntypedHandler } from "../rpc/rpc_server.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { FileGrants } from "../transfer/receive/file_grants.ts";
import type { ServableHandlers } from "./define_handlers.ts";
import {
  type AnyEventHandler,
  EventFlow,
  eventHandlersOf,
  eventRegistry,
} from "./event_handlers.ts";
import type { HandleRegistry } from "./handle_registry.ts";
import { type AnyJobHandler, jobHandlersOf } from "./job_handlers.ts";
import { recordedEvent, recordedJob, recordedOperation } from "./recorded/recorded_handlers.ts";
import { type Flow, RequestClient } from "./request_client.ts";

/** What has handlers, and what these receive. */
export interface HandlerTableParts<B extends ContractBody> {
  readonly contract: Contract<B>;
  readonly client: HandlerClient<B>;
  readonly server: RpcServer;
  readonly groups: EventGroups;
  readonly queues: JobQueues;
  readonly operations: Operations;
  readonly feeds: Feeds;
  readonly projections: Projections;
  readonly grants: FileGrants;
  /** Records what handlers do; undefined where nobody wants it. */
  readonly telemetry: Telemetry | undefined;
}

/** Gives all that a service serves, consumes and works on its handlers, and these what they receive. */
export class HandlerTable<B extends ContractBody> {
  readonly #contract: Contract<B>;
  readonly #client: HandlerClient<B>;
  readonly #server: RpcServer;
  readonly #groups: EventGroups;
  readonly #queues: JobQueues;
  readonly #operations: Operations;
  readonly #feeds: Feeds;
  readonly #projections: Projections;
  readonly #grants: FileGrants;
  readonly #telemetry: Telemetry | undefined;
  readonly #complete = Promise.withResolvers<void>();

  /** Nothing has its handler yet. */
  constructor(parts: HandlerTableParts<B>) {
    this.#contract = parts.contract;
    this.#client = parts.client;
    this.#server = parts.server;
    this.#groups = parts.groups;
    this.#queues = parts.queues;
    this.#operations = parts.operations;
    this.#feeds = parts.feeds;
    this.#projections = parts.projections;
    this.#grants = parts.grants;
    this.#telemetry = parts.telemetry;
    this.#check();
  }

  /** Resolves when everything has its handler. */
  get complete(): Promise<void> {
    return this.#complete.promise;
  }

  /** Registers those of a handlers file. */
  add(handlers: ServableHandlers<B>["handlers"], deps: unknown): void {
    for (const [name, handler] of Object.entries(handlers.rpc ?? {})) {
      // `defineHandlers` ties each handler to the RPC of its name.
      this.#register(name, handler as AnyHandler, deps);
    }
    for (const [name, handler] of Object.entries(handlers.operations ?? {})) {
      // `defineHandlers` ties each handler to the operation of its name.
      this.#operate(name, handler as AnyOperationHandler, deps);
    }
    for (const [name, handler] of Object.entries(handlers.feeds ?? {})) {
      // `defineHandlers` ties each handler to the feed of its name.
      this.#feed(name, handler as AnyFeedHandler, deps);
    }
    for (const { group, alias, name, handler } of eventHandlersOf(handlers.events)) {
      this.#consume(group, alias, name, handler, deps);
    }
    for (const { name, handler, migrations } of jobHandlersOf(handlers.jobs)) {
      this.#work(name, handler, migrations, deps);
    }
    for (const [alias, reducers] of Object.entries(handlers.projections ?? {})) {
      this.#project(alias, reducers);
    }
  }

  /** Functions that register one each; those get `deps`. */
  registry<Deps>(deps: Deps): HandleRegistry<B, Deps> {
    const rpc = bySurfacePath(
      Object.keys(this.#contract.manifest.rpc ?? {}).map((name) =>
        [name, (handler: AnyHandler) => this.#register(name, handler, deps)] as const
      ),
    );
    const operation = bySurfacePath(
      this.#operations.names.map((name) =>
        [name, (handler: AnyOperationHandler) => this.#operate(name, handler, deps)] as const
      ),
    );
    const feed = bySurfacePath(
      this.#feeds.names.map((name) =>
        [name, (handler: AnyFeedHandler) => this.#feed(name, handler, deps)] as const
      ),
    );
    const event = eventRegistry(this.#groups, (...place) => (handler: AnyEventHandler) => {
      this.#consume(...place, handler, deps);
    });
    const job: object = Object.fromEntries(
      this.#queues.names.map((name) =>
        [name, (entry: unknown) => {
          for (const { handler, migrations } of jobHandlersOf({ [name]: entry })) {
            this.#work(name, handler, migrations, deps);
          }
        }] as const
      ),
    );
    const projection: object = Object.fromEntries(
      this.#projections.names.map((alias) =>
        [alias, (reducers: object) => this.#project(alias, reducers)] as const
      ),
    );
    // Built from the manifest, which was emitted from the body that the type is derived from.
    return { rpc, operation, feed, event, job, projection } as HandleRegistry<B, Deps>;
  }

  #operate(name: string, handler: AnyOperationHandler, deps: unknown): void {
    // The input is validated against the schema that the handler's type is derived from.
    const handle = (
      input: unknown,
      op: UntypedRunningOperation,
      context: OperationContext & HandedOver,
      traceparent = context.traceparent,
    ) => {
      const { requestId, tracestate } = context;
      const flow = { requestId, traceparent, tracestate, cause: `op:${op.id}` };
      const client = new RequestClient(this.#client, flow);
      return handler({ input, op, client, context, deps } as never);
    };
    const telemetry = this.#telemetry;
    this.#operations.handle(
      name,
      telemetry === undefined ? handle : recordedOperation(handle, name, telemetry),
    );
    this.#check();
  }

  #feed(name: string, handler: AnyFeedHandler, deps: unknown): void {
    // The input is validated against the schema that the handler's type is derived from.
    this.#feeds.handle(name, (request, context) => {
      const client = new RequestClient(this.#client, context);
      return handler({ ...request, client, context, deps } as never);
    });
    this.#check();
  }

  #consume(
    group: string,
    alias: string | undefined,
    name: string,
    handler: AnyEventHandler,
    deps: unknown,
  ): void {
    // The body is validated against the schema that the handler's type is derived from.
    const handle = (event: unknown, context: EventContext, traceparent?: string) => {
      const client = new RequestClient(this.#client, new EventFlow(context, traceparent));
      return handler({ event, client, context, deps } as never);
    };
    const telemetry = this.#telemetry;
    const base = this.#groups.eventOf(group, alias, name)?.base ?? name;
    this.#groups.handle(
      group,
      alias,
      name,
      telemetry === undefined ? handle : recordedEvent(handle, { group, base }, telemetry),
    );
    this.#check();
  }

  #work(name: string, handler: AnyJobHandler, migrations: Migrations, deps: unknown): void {
    // The payload is validated against the schema that the handler's type is derived from.
    const handle = (payload: unknown, job: DeliveredJob, traceparent?: string) => {
      const client = new RequestClient(this.#client, jobFlow(job, traceparent));
      return handler({ payload, job, client, deps } as never);
    };
    const telemetry = this.#telemetry;
    this.#queues.handle(
      name,
      telemetry === undefined ? handle : recordedJob(handle, name, telemetry),
      migrations,
    );
    this.#check();
  }

  #project(alias: string, reducers: object): void {
    this.#projections.handle(alias, reducers);
    this.#check();
  }

  #register(name: string, handler: AnyHandler, deps: unknown): void {
    // The server validates the input against the schema that the handler's type is derived from.
    const run: UntypedHandler = (input, context) => {
      const client = new RequestClient(this.#client, context);
      const transfer = granter?.({ session: context.caller.session });
      return handler({ input, client, context, deps, ...(transfer && { transfer }) } as never);
    };
    this.#server.serve(this.#contract, name, run);
    const granter = this.#grants.serve("rpc", name);
    this.#check();
  }

  #check(): void {
    const served = new Set(this.#server.served.map(({ subject }) => subject));
    const areServed = Object.values(this.#contract.manifest.rpc ?? {}).every(({ subject }) =>
      served.has(`${subject}.*`)
    );
    const all = [this.#groups, this.#operations, this.#feeds, this.#queues, this.#projections];
    if (areServed && all.every(({ allWork }) => allWork)) this.#complete.resolve();
  }
}

/** What a job's handler does goes on with the trace of who has created it, or with that of its recording. */
function jobFlow(job: DeliveredJob, traceparent: string | undefined): Flow {
  if (traceparent === undefined) return job;
  const { requestId, tracestate, span, cause } = job;
  return { requestId, traceparent, tracestate, span, cause };
}

/** Handlers of operations of every type. */
type AnyOperationHandler = (started: never) => ReturnType<UntypedOperationHandler>;

/** Handlers of feeds of every type. */
type AnyFeedHandler = (request: never) => ReturnType<UntypedFeedHandler>;

/** Handlers of every input type, kept in one place. */
type AnyHandler = (request: never) => ReturnType<UntypedHandler>;
