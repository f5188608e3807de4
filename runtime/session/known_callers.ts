import type { Principal } from "../../contracts/identity/caller.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import { isRecord } from "../../contracts/json/json.ts";
import {
  parseSessionContract,
  type SessionContract,
} from "../../contracts/stored/session_record.ts";
import type { CallerAccess } from "../rpc/caller_access.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { rpcCall, type UntypedCall } from "../rpc/rpc_caller.ts";
import { FreshAnswers } from "./fresh_answers.ts";

/** Calls of the platform that tell of callers. */
interface PlatformCalls {
  readonly capabilities: UntypedCall;
  readonly contract: UntypedCall;
}

/** What callers hold and run, as the platform says. */
export class KnownCallers implements CallerAccess {
  readonly #messaging: Messaging;
  #calls: Promise<PlatformCalls> | undefined;
  readonly #capabilities: FreshAnswers<ReadonlySet<string>>;
  readonly #contracts: FreshAnswers<SessionContract | undefined>;

  /**
   * @param messaging a service's connection to a secured server
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(messaging: Messaging, now?: () => number) {
    this.#messaging = messaging;
    this.#capabilities = new FreshAnswers(now);
    this.#contracts = new FreshAnswers(now);
  }

  /** Whether somebody holds a capability. An admin holds all. */
  async can(principal: Principal, capability: string): Promise<boolean> {
    if (principal.kind === "admin") return true;
    const ask = () => this.#askCapabilities(principal);
    return (await this.#capabilities.get(principalText(principal), ask)).has(capability);
  }

  /** The contract that a session runs under. */
  contractOf(session: string): Promise<SessionContract | undefined> {
    return this.#contracts.get(session, () => this.#askContract(session));
  }

  /** Loaded for the first who asks: most services start without, and many never do. */
  #platform(): Promise<PlatformCalls> {
    return this.#calls ??= loadCalls(this.#messaging);
  }

  async #askCapabilities({ kind, id }: Principal): Promise<ReadonlySet<string>> {
    const { capabilities } = await this.#platform();
    const answer: unknown = await capabilities({ principal: { kind, id } }).orThrow();
    const keys: unknown = isRecord(answer) ? answer.capabilities : undefined;
    return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
  }

  async #askContract(session: string): Promise<SessionContract | undefined> {
    const { contract } = await this.#platform();
    const answer: unknown = await contract({ session }).orThrow();
    return isRecord(answer) ? parseSessionContract(answer.contract) : undefined;
  }
}

async function loadCalls(messaging: Messaging): Promise<PlatformCalls> {
  const { sdk: { manifest } } = await import("../../contracts/platform/auth_sdk.ts");
  return {
    capabilities: rpcCall(manifest, "Auth.Capabilities.List", new Map(), messaging),
    contract: rpcCall(manifest, "Auth.Sessions.Contract", new Map(), messaging),
  };
}
