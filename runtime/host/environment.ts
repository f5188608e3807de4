import type { Contract } from "../../contracts/define/contract.ts";
import { withDomain } from "../nats/link/js_domain.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import { currentHost } from "./host.ts";

/** A service, as the process that hosts it sees it. */
export interface HostedService {
  /** What it serves. */
  readonly contract: Pick<Contract, "id" | "digest">;
  /** Whether its server can be reached, as far as is known; older ones do not say. */
  readonly connected?: boolean;
  /** What it answers to `$SRV.STATS`; older ones do not say. */
  stats?(): Readonly<Record<string, unknown>>;
  /** Resolves when every RPC of the contract has its handler and requests reach them. */
  serving(): Promise<void>;
  /** Resolves when the service has stopped; rejects when its connection ended by itself. */
  wait(): Promise<void>;
  /** Takes no more requests, lets those in work finish, and closes the connection. */
  stop(
    options?: { readonly deadlineMs?: number; readonly onQuiet?: () => void },
  ): Promise<void>;
}

/** What a process that hosts services sets up for them, so that their own code names none of it. */
export interface Environment {
  /** Address of the NATS server. */
  readonly servers?: string;
  /** Seed of the key that a service connects with. */
  readonly sessionKeySeed?: string | undefined;
  /** Called with each service that connects, so that the host can stop it in good order. */
  readonly onService?: (service: HostedService) => void;
}

const HOST = Symbol.for("trellis.environment");

/**
 * Sets the environment of the services in this isolate. Kept on the global object because the host
 * and the service's code may have loaded this module from different addresses.
 */
export function hostServices(environment: Environment): void {
  Reflect.set(globalThis, HOST, environment);
}

/** The environment that the host set up; empty without one. */
export function hostEnvironment(): Environment {
  const environment: unknown = Reflect.get(globalThis, HOST);
  return typeof environment === "object" && environment !== null ? environment : {};
}

/**
 * The server to connect to: as given, as the host says, `NATS_URL`, or the local one; with the JetStream domain
 * that `NATS_DOMAIN` names beside `NATS_URL`.
 */
export function serversFor(given: string | readonly string[] | undefined): readonly string[] {
  const found = given ?? hostEnvironment().servers ?? namedServers() ?? currentHost().servers;
  return typeof found === "string" ? found.split(",").map((server) => server.trim()) : found;
}

function namedServers(): string | undefined {
  const url = currentHost().readVariable("NATS_URL");
  const domain = url && currentHost().readVariable("NATS_DOMAIN");
  return url && domain ? withDomain(url, domain) : url;
}

/**
 * The key to connect with: of the seed that is given, that the host says, or that
 * `TRELLIS_SESSION_KEY_SEED` holds. Undefined for servers that ask for none. Throws a TypeError for what
 * is no seed, without showing it.
 */
export async function sessionKeyFor(given: string | undefined): Promise<SessionKey | undefined> {
  const seed = given ?? hostEnvironment().sessionKeySeed ??
    currentHost().readVariable("TRELLIS_SESSION_KEY_SEED");
  if (seed === undefined) return undefined;
  const key = await currentHost().keyOfSeed(seed.trim());
  if (key === undefined) throw new TypeError("a session key seed is a text that begins with SU");
  return key;
}
