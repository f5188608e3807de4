import type { Principal } from "../../contracts/identity/caller.ts";
import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { CallerAccess } from "../rpc/caller_access.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { rpcCall, type UntypedCall } from "../rpc/rpc_caller.ts";

/** Milliseconds for which an answer counts: with the time that asking takes, less than a second. */
const FRESH_MS = 700;
/** Callers that are remembered at once. */
const MOST = 10_000;

interface Known {
  readonly until: number;
  readonly capabilities: Promise<ReadonlySet<string>>;
}

/** What callers hold, as the platform says; asked once for all requests of a caller within a moment. */
export class CallerCapabilities implements CallerAccess {
  readonly #list: UntypedCall;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  /**
   * @param messaging a service's connection to a secured server
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(messaging: Messaging, now: () => number = () => performance.now()) {
    this.#list = rpcCall(auth.manifest, "Auth.Capabilities.List", new Map(), messaging);
    this.#now = now;
  }

  /** Whether somebody holds a capability. An admin holds all. */
  async can(principal: Principal, capability: string): Promise<boolean> {
    if (principal.kind === "admin") return true;
    return (await this.#of(principal)).has(capability);
  }

  #of(principal: Principal): Promise<ReadonlySet<string>> {
    const key = `${principal.kind}:${principal.id}`;
    const now = this.#now();
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.capabilities;
    const capabilities = this.#ask(principal);
    // Behind all others, so that the oldest go first.
    this.#known.delete(key);
    this.#known.set(key, { until: now + FRESH_MS, capabilities });
    capabilities.catch(() => this.#forget(key, capabilities));
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? "");
    return capabilities;
  }

  /** What failed is asked again by the next request. */
  #forget(key: string, capabilities: Known["capabilities"]): void {
    if (this.#known.get(key)?.capabilities === capabilities) this.#known.delete(key);
  }

  async #ask({ kind, id }: Principal): Promise<ReadonlySet<string>> {
    const answer: unknown = await this.#list({ principal: { kind, id } }).orThrow();
    const keys: unknown = isRecord(answer) ? answer.capabilities : undefined;
    return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
  }
}
