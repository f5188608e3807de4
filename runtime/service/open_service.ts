import { servingOn } from "../rpc/nats/served_subject.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { HandlerClient } from "../client/client_types.ts";
import {
  callMaker,
  feedMaker,
  openSurfaces,
  operationMaker,
  publicationMaker,
  subscriptionMaker,
} from "../client/open_surfaces.ts";
import { EventGroups } from "../consume/nats/event_groups.ts";
import { Feeds } from "../feeds/serve/feeds.ts";
import { JobQueues } from "../jobs/nats/job_queues.ts";
import { type LiveRequests, reportRequests } from "../live/nats/report_requests.ts";
import { consoleLog } from "../log.ts";
import { recordsOpener } from "../jobs/nats/open_records.ts";
import { FileGrants } from "../transfer/receive/file_grants.ts";
import { fileFetcher } from "../transfer/receive/file_download.ts";
import { Operations } from "../operations/serve/operations.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { serverTime } from "../nats/jetstream/server_time.ts";
import { Projections } from "../projections/projections.ts";
import { Relays } from "../relay/relays.ts";
import { RpcServer } from "../rpc/rpc_server.ts";
import { HungHandlers } from "../work/hung_handlers.ts";
import { openTransact } from "../transact/open_transact.ts";
import { RecordedRequests } from "../telemetry/recorded_requests.ts";
import {
  recordedPublications,
  recordedQueues,
  recordedTransact,
} from "./recorded/recorded_surfaces.ts";
import { type Accepted, connectAccepted } from "./connect_accepted.ts";
import type { ServiceOptions } from "./service_options.ts";

/** What a connected service is made of. */
export interface ServiceParts<B extends ContractBody> extends Accepted {
  readonly contract: Contract<B>;
  readonly deployment: string;
  readonly client: HandlerClient<B>;
  readonly server: RpcServer;
  readonly live: LiveRequests;
  readonly groups: EventGroups;
  readonly queues: JobQueues;
  readonly operations: Operations;
  readonly feeds: Feeds;
  readonly grants: FileGrants;
  readonly projections: Projections;
  readonly relays: Relays;
  readonly hung: HungHandlers;
}

/** Connects, opens what was accepted, and begins with what needs no handler. */
export async function openService<B extends ContractBody>(
  options: ServiceOptions<B>,
): Promise<Result<ServiceParts<B>, TransportError>> {
  const { contract, log = consoleLog } = options;
  const deployment = options.deployment ?? contractName(contract.id);
  const accepted = (await connectAccepted({ ...options, deployment, log })).take();
  if (isErr(accepted)) return accepted;
  const { messaging, kv, store, access, publisher, uses, telemetry } = accepted;
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const now = serverTime(
    requests,
    accepted.events.steps ?? accepted.events.records,
    options.aheadMs,
  );
  const live = reportRequests(messaging, { deployment, contract: contract.id });
  const server = new RpcServer(servingOn(messaging), {
    watch: telemetry === undefined ? live.reports : new RecordedRequests(telemetry, live.reports),
    queue: deployment,
    handlerTimeoutMs: options.handlerTimeoutMs ?? 30_000,
    maxInFlight: options.maxInFlight ?? 10_000,
    log,
    ...(access === undefined ? {} : { access }),
  });
  const hung = new HungHandlers(log);
  const queues = new JobQueues({
    contract,
    deployment,
    messaging,
    bindings: accepted.events,
    now,
    log,
    hung,
  });
  const publish = publicationMaker(publisher);
  // A transaction is composed at once, and may hold jobs for later.
  if (accepted.transactions.size > 0 && queues.names.length > 0) await now();
  const transact = openTransact(contract.manifest, accepted.transactions, queues.prepare);
  // Built from the manifest, which was emitted from the body that the type is derived from.
  const client = {
    kv: Object.fromEntries(kv),
    store: Object.fromEntries(store),
    ...openSurfaces(contract, {
      rpc: callMaker(messaging),
      operation: operationMaker(messaging),
      feed: feedMaker(messaging),
      event: telemetry === undefined ? publish : recordedPublications(publish, telemetry),
      live: subscriptionMaker(messaging.line, log),
    }, uses),
    jobs: telemetry === undefined ? queues.client : recordedQueues(queues.client, telemetry),
    transfer: fileFetcher(messaging),
    transact: telemetry === undefined
      ? transact
      : recordedTransact(transact, [...accepted.transactions.keys()], telemetry),
  } as HandlerClient<B>;
  const groups = new EventGroups({
    contract,
    deployment,
    messaging,
    bindings: accepted.events,
    readBindings: accepted.readBindings,
    handlerMs: options.eventTimeoutMs ?? 300_000,
    now,
    watch: live.reports,
    log,
    hung,
  });
  const grants = new FileGrants({
    contract,
    server,
    stores: store,
    records: recordsOpener(messaging, deployment, accepted.events.records),
    now,
  });
  const operations = new Operations({
    contract,
    deployment,
    messaging,
    server,
    bindings: accepted.events,
    stores: store,
    grants,
    now,
    log,
    hung,
  });
  const feeds = new Feeds({ contract, messaging, server, log });
  const projections = new Projections({
    contract,
    deployment,
    messaging,
    bindings: accepted.events,
    readBindings: accepted.readBindings,
    kv,
    log,
  });
  const relays = new Relays({
    contract,
    deployment,
    messaging,
    bindings: accepted.events,
    putJob: (job) => queues.put(job),
    log,
  });
  return ok({
    ...accepted,
    relays,
    contract,
    deployment,
    client,
    server,
    live,
    groups,
    queues,
    operations,
    feeds,
    grants,
    projections,
    hung,
  });
}
