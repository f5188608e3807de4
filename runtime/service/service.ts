import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { AsyncResult, type Result } from "../../contracts/result.ts";
import type {
  HandlerClient,
  KvClient,
  RpcClient,
  StoreClient,
  UsedClient,
} from "../client/client_types.ts";
import { hostEnvironment } from "../host/environment.ts";
import type { Feeds } from "../feeds/serve/feeds.ts";
import type { FeedClient } from "../feeds/feed_types.ts";
import type { JobsClient } from "../jobs/job_types.ts";
import type { JobQueues } from "../jobs/nats/job_queues.ts";
import type { Operations } from "../operations/serve/operations.ts";
import type { OperationClient } from "../operations/operation_types.ts";
import type { Projections } from "../projections/projections.ts";
import type { Relays } from "../relay/relays.ts";
import type { Transact } from "../transact/transact_types.ts";
import type { EventGroups } from "../consume/nats/event_groups.ts";
import type { EventClient } from "../events/event_types.ts";
import type { ServableHandlers } from "./define_handlers.ts";
import type { HandleRegistry } from "./handle_registry.ts";
import { Health, type HealthProbe, type HealthReport } from "./health.ts";
import type { LiveUses } from "../accepted/live_uses.ts";
import type { LiveRequests } from "../live/nats/report_requests.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import {
  announceService,
  discoveryEndpointName,
  discoveryIdentity,
  type ServiceAnnouncement,
} from "../rpc/nats/service_discovery.ts";
import { HandlerTable } from "./handler_table.ts";
import type { ServiceParts } from "./open_service.ts";
import type { ServiceOptions, StopOptions } from "./service_options.ts";
import type { RpcServer } from "../rpc/rpc_server.ts";
import type { HungHandlers } from "../work/hung_handlers.ts";
import { stopTogether } from "../work/stop_together.ts";

/** A service whose handlers receive the application's own dependencies. */
export interface ServiceWith<B extends ContractBody, Deps> {
  /** Registers handlers that receive `deps`. */
  readonly handle: HandleRegistry<B, Deps>;
}

/**
 * A connected service: its resources are bound and open, its handlers answer.
 *
 * ```ts ignore
 * const service = await TrellisService.connect({ contract }).orThrow();
 * service.handle.rpc.orders.get(({ input, client }) =>
 *   client.kv.orders.get(input.orderId).map((entry) => entry.value)
 *     .mapErr(() => new NotFoundError({ orderId: input.orderId }))
 * );
 * await service.wait();
 * ```
 */
export class TrellisService<B extends ContractBody = ContractBody> implements AsyncDisposable {
  /** What it serves. */
  readonly contract: Contract<B>;
  /** The deployment that it is an instance of. */
  readonly deployment: string;
  /** What handlers receive as `client`; through theirs, calls and events belong to the request. */
  readonly client: HandlerClient<B>;
  /** Registers handlers. */
  readonly handle: HandleRegistry<B, undefined>;
  readonly #messaging: NatsMessaging;
  readonly #server: RpcServer;
  readonly #health = new Health();
  readonly #uses: LiveUses;
  readonly #announcement: ServiceAnnouncement;
  readonly #live: LiveRequests;
  readonly #groups: EventGroups;
  readonly #queues: JobQueues;
  readonly #operations: Operations;
  readonly #feeds: Feeds;
  readonly #projections: Projections;
  readonly #relays: Relays;
  readonly #hung: HungHandlers;
  readonly #handlers: HandlerTable<B>;
  #stopping: Promise<void> | undefined;

  private constructor(parts: ServiceParts<B>) {
    this.contract = parts.contract;
    this.deployment = parts.deployment;
    this.client = parts.client;
    this.#messaging = parts.messaging;
    this.#server = parts.server;
    this.#uses = parts.uses;
    this.#live = parts.live;
    this.#groups = parts.groups;
    this.#queues = parts.queues;
    this.#operations = parts.operations;
    this.#feeds = parts.feeds;
    this.#projections = parts.projections;
    this.#relays = parts.relays;
    this.#hung = parts.hung;
    this.#handlers = new HandlerTable(parts);
    this.handle = this.#handlers.registry(undefined);
    this.#health.add("nats", async () => {
      await this.#messaging.flush();
      return true;
    });
    for (const [name, probe] of parts.probes) this.#health.add(name, probe);
    for (const alias of this.#relays.problems.keys()) {
      this.#health.add(`relay/${alias}`, () => {
        const problem = this.#relays.problems.get(alias);
        if (problem !== undefined) throw new Error(problem);
        return true;
      });
    }
    this.#health.add("handlers", () => {
      const problem = this.#hung.problem();
      if (problem !== undefined) throw new Error(problem);
      return true;
    });
    this.#watchUses();
    this.#announcement = this.#announce();
  }

  /**
   * Connects, binds the contract's resources and opens them. Handlers are registered afterwards.
   *
   * Errors: `trellis.connection.*` when no server answers, `trellis.bind.*` when the contract or one
   * of its required resources is not accepted and reconciled yet, `trellis.session.refused` when the
   * key is not known or was revoked, `trellis.use.missing` when something that the contract requires of
   * others is not accepted: whether somebody serves it does not matter.
   */
  static connect<const B extends ContractBody>(
    options: ServiceOptions<B>,
  ): AsyncResult<TrellisService<B>, TransportError> {
    return new AsyncResult(connectService(options, (parts) => new TrellisService(parts)));
  }

  /** The service's own KV stores. */
  get kv(): KvClient<B> {
    return this.client.kv;
  }

  /** The service's own blob stores, to be opened. */
  get store(): StoreClient<B> {
    return this.client.store;
  }

  /** The RPCs that the contract declares and uses, to call them. */
  get rpc(): RpcClient<B> {
    return this.client.rpc;
  }

  /** The operations that the contract declares and uses, to start them. */
  get operation(): OperationClient<B> {
    return this.client.operation;
  }

  /** The feeds that the contract declares and uses, to subscribe to them. */
  get feed(): FeedClient<B> {
    return this.client.feed;
  }

  /** The events that the contract declares, and those it uses to publish or to subscribe to them. */
  get event(): EventClient<B> {
    return this.client.event;
  }

  /** The service's own queues. */
  get jobs(): JobsClient<B> {
    return this.client.jobs;
  }

  /** Commits writes to a bucket together with events: all of it is stored, or nothing. */
  get transact(): Transact<B> {
    return this.client.transact;
  }

  /** What the contract uses, by its aliases. */
  get used(): UsedClient<B> {
    return this.client.used;
  }

  /** The same service, whose handlers also receive `deps`. */
  with<Deps>(deps: Deps): ServiceWith<B, Deps> {
    return { handle: this.#handlers.registry(deps) };
  }

  /**
   * Registers a handler for every RPC, operation, feed, queue and event of a group, of a handlers file; requests reach them when it
   * resolves. Rejects when the server does not let this session serve one of them.
   */
  async serve(defined: ServableHandlers<B>): Promise<void> {
    const deps = await defined.handlers.deps?.();
    this.#handlers.add(defined.handlers, deps);
    await this.#projections.ready();
    await this.#reachable();
  }

  /** Adds a check of the application's own to the service's health. */
  addHealthCheck(name: string, probe: HealthProbe): void {
    this.#health.add(name, probe);
  }

  /**
   * Runs the health checks: the connection, whether every KV and blob store takes writes, whether handlers run on
   * after their deadline, and those that were added. A failed check says what is wrong.
   */
  health(): Promise<HealthReport> {
    return this.#health.report();
  }

  /**
   * Resolves when everything that the contract serves and consumes has its handler and requests reach them. Rejects when the
   * server does not let this session serve one of them.
   */
  async serving(): Promise<void> {
    await this.#handlers.complete;
    await this.#projections.ready();
    await this.#reachable();
  }

  /** Resolves when the service has stopped; rejects when its connection ended by itself. */
  async wait(): Promise<void> {
    const reason = await this.#messaging.closed();
    if (reason !== undefined) throw reason;
  }

  /** Whether the server can be reached, as far as is known. */
  get connected(): boolean {
    return this.#messaging.line.up;
  }

  /** Takes no more requests, events and jobs, lets those in work finish, and closes the connection. */
  stop(options: StopOptions = {}): Promise<void> {
    return this.#stopping ??= this.#stop(options);
  }

  /** Stops the service. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop({ deadlineMs = 10_000, onQuiet }: StopOptions): Promise<void> {
    this.#uses.close();
    await this.#announcement.stop();
    const requests = {
      stop: (deadlineMs: number, quiet: () => void) =>
        this.#server.drain(deadlineMs, () => {
          // Who subscribes again is sent to others from now on.
          this.#feeds.stop();
          quiet();
        }),
    };
    const working = [requests, this.#groups, this.#queues, this.#operations];
    await Promise.all([
      stopTogether(working, deadlineMs, onQuiet),
      this.#projections.stop(),
    ]);
    // What the last handlers have committed is published, too.
    await this.#relays.stop();
    this.#live.stop();
    await this.#messaging.flush().catch(() => {
      // The connection is gone; there is nothing left to send.
    });
    await this.#messaging.close();
  }

  /** One check for each use that is required. */
  #watchUses(): void {
    for (const [alias, { required }] of this.contract.used) {
      if (!required) continue;
      this.#health.add(`uses/${alias}`, async () => {
        await this.#uses.look();
        const problem = this.#uses.of(alias).problem();
        if (problem !== undefined) throw problem;
        return true;
      });
    }
  }

  /** What it answers to `$SRV.STATS`: its figures, for whoever runs it. */
  stats(): Readonly<Record<string, unknown>> {
    return this.#announcement.stats();
  }

  /** A round trip: before it the server may not know of the handlers, and callers get no answer. */
  async #reachable(): Promise<void> {
    await this.#messaging.flush().catch(() => {
      // The connection is down; it subscribes again when it is back.
    });
    const { denied } = this.#server;
    if (denied !== undefined) throw denied;
  }

  #announce(): ServiceAnnouncement {
    const { contract, deployment } = this;
    const server = this.#server;
    const hung = this.#hung;
    const identity = discoveryIdentity(contract.id);
    return announceService(this.#messaging.line, {
      ...identity,
      id: this.#messaging.session,
      description: contract.manifest.description,
      metadata: { contract: contract.id, digest: contract.digest, deployment },
      started: new Date(),
      more: () => ({ hung: hung.list() }),
      // Read at each answer, because handlers are registered after the service has connected.
      get endpoints() {
        return server.served.map(({ name, subject, counter }) => ({
          name: discoveryEndpointName(name),
          subject,
          queue_group: deployment,
          stats: () => counter.figures(),
        }));
      },
    });
  }
}

async function connectService<B extends ContractBody>(
  options: ServiceOptions<B>,
  make: (parts: ServiceParts<B>) => TrellisService<B>,
): Promise<Result<TrellisService<B>, TransportError>> {
  // What connects is loaded when somebody does: most code that imports a contract only reads it.
  const { openService } = await import("./open_service.ts");
  return (await openService(options)).map((parts) => {
    const service = make(parts);
    hostEnvironment().onService?.(service);
    return service;
  });
}
