import type { EndpointData } from "../../../contracts/live/endpoint_data.ts";
import { contractMajor, discoveryName } from "../../../contracts/manifest/names.ts";
import type { Line } from "../../nats/line.ts";

/** Figures of one endpoint since it was started; times in nanoseconds. */
export interface EndpointFigures {
  /** Requests taken. */
  readonly num_requests: number;
  /** Requests answered with an error. */
  readonly num_errors: number;
  /** The last error, "" when there was none. */
  readonly last_error: string;
  /** All processing time together. */
  readonly processing_time: number;
  /** Processing time of one request. */
  readonly average_processing_time: number;
  /** What else it tells. */
  readonly data?: EndpointData;
}

/** One subject of a service. */
export interface AnnouncedEndpoint {
  /** Letters, digits, `-` and `_`; see {@link discoveryEndpointName}. */
  readonly name: string;
  /** What it subscribes to. */
  readonly subject: string;
  /** Its queue group. */
  readonly queue_group: string;
  /** Anything worth knowing about it. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Its figures right now. */
  readonly stats: () => EndpointFigures;
}

/** One running instance of a service. */
export interface AnnouncedService {
  /** Letters, digits, `-` and `_`; see {@link discoveryIdentity}. */
  readonly name: string;
  /** Tells instances apart: letters, digits, `-` and `_`. */
  readonly id: string;
  /** Three numbers, as `1.0.0`. */
  readonly version: string;
  /** One sentence for a person. */
  readonly description: string;
  /** Anything worth knowing about it, as the contract digest. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What it serves. */
  readonly endpoints: readonly AnnouncedEndpoint[];
  /** When it started. */
  readonly started: Date;
  /** What its figures tell beside those that the protocol knows. */
  readonly more?: () => Readonly<Record<string, unknown>>;
}

/** A service that answers discovery. */
export interface ServiceAnnouncement {
  /** Answers no longer. Resolves when the server knows. */
  stop(): Promise<void>;
  /** What it answers to `$SRV.STATS`. */
  stats(): Readonly<Record<string, unknown>>;
}

const NAME = /^[A-Za-z0-9_-]+$/;
const VERSION = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)$/;

/**
 * Answers NATS micro-service discovery (`$SRV.PING`, `$SRV.INFO`, `$SRV.STATS`, also with the name
 * and with the name and id), so that any NATS tool lists the service. Throws a TypeError for names
 * that the protocol does not allow. While the connection is replaced, one question may be answered twice.
 */
export function announceService(
  line: Line,
  service: AnnouncedService,
): ServiceAnnouncement {
  checkNames(service);
  const answers: Record<string, () => unknown> = {
    PING: () => pingOf(service),
    INFO: () => infoOf(service),
    STATS: () => statsOf(service),
  };
  const subscriptions = Object.entries(answers).flatMap(([verb, answer]) =>
    ["", `.${service.name}`, `.${service.name}.${service.id}`].map((target) =>
      line.subscribe(`$SRV.${verb}${target}`, {
        callback: (cause, msg) => {
          // A denied subscription is reported with the connection's events.
          if (cause === null && msg.reply) line.publish(msg.reply, JSON.stringify(answer()));
        },
      })
    )
  );
  return {
    stats: () => statsOf(service),
    async stop() {
      if (line.isClosed()) return;
      for (const subscription of subscriptions) subscription.unsubscribe();
      // A connection that is lost meanwhile has forgotten the subscriptions anyway.
      await line.flush().catch(() => {});
    },
  };
}

/**
 * A contract's name and version in the grammar of discovery, which knows neither `@` nor dots in
 * names: `acme.orders@v2` -> `acme_orders`, `2.0.0`.
 */
export function discoveryIdentity(contractId: string): { name: string; version: string } {
  return {
    name: discoveryName(contractId),
    version: `${contractMajor(contractId)}.0.0`,
  };
}

/** `Orders.Create` -> `Orders_Create`. */
export function discoveryEndpointName(surface: string): string {
  return surface.replaceAll(".", "_");
}

function pingOf(service: AnnouncedService) {
  return { type: "io.nats.micro.v1.ping_response", ...identityOf(service) };
}

function infoOf(service: AnnouncedService) {
  return {
    type: "io.nats.micro.v1.info_response",
    ...identityOf(service),
    description: service.description,
    endpoints: service.endpoints.map(({ name, subject, queue_group, metadata = {} }) => (
      { name, subject, queue_group, metadata }
    )),
  };
}

function statsOf(service: AnnouncedService) {
  return {
    type: "io.nats.micro.v1.stats_response",
    ...identityOf(service),
    started: service.started.toISOString(),
    ...service.more?.(),
    endpoints: service.endpoints.map(({ name, subject, queue_group, stats }) => (
      { name, subject, queue_group, ...stats() }
    )),
  };
}

function identityOf({ name, id, version, metadata }: AnnouncedService) {
  return { name, id, version, metadata };
}

function checkNames(service: AnnouncedService): void {
  const names = [service.name, service.id, ...service.endpoints.map(({ name }) => name)];
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong !== undefined) {
    throw new TypeError(
      `discovery names are letters, digits, - and _, not ${JSON.stringify(wrong)}`,
    );
  }
  if (!VERSION.test(service.version)) {
    throw new TypeError(`a discovery version is three numbers, as 1.0.0, not ${service.version}`);
  }
}
