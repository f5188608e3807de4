import type { Principal } from "../../contracts/identity/caller.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { CallRights, Demand } from "../rpc/call_rights.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import type { AcceptedSurfaces } from "../accepted/missing_uses.ts";
import type { BootstrapAsker } from "./bootstrap_asker.ts";
import { refusedSession } from "./request_bootstrap.ts";

/** Milliseconds for which an answer of the platform is taken as it is. */
const FRESH_MS = 1000;
/** Milliseconds between two attempts to be let in anew after a refusal. */
const RENEWAL_MS = 10_000;

/** Who a session is and what it holds. */
export interface Held {
  readonly principal: Principal;
  /** Undefined for who needs no capabilities: services and admins. */
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly lifetimeS: number | undefined;
  /** What is accepted of what its contract uses. */
  readonly used: AcceptedSurfaces | undefined;
}

/** What a client was given. */
export interface GivenRights {
  /** Undefined for who needs no capabilities. */
  readonly rights: SessionRights | undefined;
  readonly used: AcceptedSurfaces | undefined;
}

/**
 * What a session holds, as the platform says. It is asked again, at most once a second, when a call needs
 * something that the session did not hold.
 */
export class SessionRights implements CallRights {
  readonly #messaging: NatsMessaging;
  readonly #session: BootstrapAsker;
  #held: Held;
  #askedAt = performance.now();
  #renewedAt = -Infinity;
  #asking: Promise<Result<Held, TransportError>> | undefined;
  #renewing: Promise<boolean> | undefined;

  private constructor(messaging: NatsMessaging, session: BootstrapAsker, held: Held) {
    this.#messaging = messaging;
    this.#session = session;
    this.#held = held;
  }

  /**
   * Asks the platform who this session is and what it holds, and lets the connection know the first.
   *
   * Errors: `trellis.bootstrap.failed` when no platform answers, `trellis.session.*`.
   */
  static async open(
    messaging: NatsMessaging,
    session: BootstrapAsker,
  ): Promise<Result<GivenRights, TransportError>> {
    const held = (await askPlatform(session)).take();
    if (isErr(held)) return held;
    messaging.identify(held.principal, held.lifetimeS);
    const { capabilities, used } = held;
    const rights = capabilities && new SessionRights(messaging, session, held);
    return ok({ rights, used });
  }

  /** Asks the platform at once. Errors: `trellis.bootstrap.failed`, `trellis.session.*`. */
  look(): Promise<Result<Held, TransportError>> {
    return this.#ask();
  }

  /** Whether a call may be sent, as far as is known. */
  holds({ capabilities }: Demand): boolean {
    return missingOf(capabilities, this.#held).length === 0;
  }

  /** The error of a call that is not to be sent. */
  async refusal(demand: Demand): Promise<TransportError | undefined> {
    if (performance.now() - this.#askedAt < FRESH_MS) return lacking(demand, this.#held);
    const held = (await this.#ask()).take();
    if (isErr(held)) return held.error;
    // The server looked it up when this session connected: what was given since then counts from the next
    // connect on.
    return lacking(demand, held) ?? await this.#renew(demand);
  }

  /** Finds out why the server refused a call. */
  async afterDenial(demand: Demand, denied: TransportError): Promise<TransportError | undefined> {
    const held = (await this.#ask()).take();
    if (isErr(held)) return held.error.code.startsWith("trellis.session.") ? held.error : denied;
    const lacks = lacking(demand, held);
    if (lacks !== undefined) return lacks;
    // What it may do may have come and gone since this session connected. Where that is not why, connecting
    // again and again helps nobody.
    const isLately = performance.now() - this.#renewedAt < RENEWAL_MS;
    return isLately ? denied : await this.#renew(demand);
  }

  /** One question at a time: what is asked for while one is on its way has the same answer. */
  #ask(): Promise<Result<Held, TransportError>> {
    return this.#asking ??= this.#askNow().finally(() => this.#asking = undefined);
  }

  async #askNow(): Promise<Result<Held, TransportError>> {
    const held = await askPlatform(this.#session);
    if (held.isOk()) {
      this.#held = held.value;
      this.#askedAt = performance.now();
    }
    return held;
  }

  async #renew({ name }: Demand): Promise<TransportError | undefined> {
    this.#renewedAt = performance.now();
    this.#renewing ??= this.#messaging.renew().finally(() => this.#renewing = undefined);
    return await this.#renewing ? undefined : new TransportError({
      message: `${name} was not called: it may be called from the next connect on`,
      code: "trellis.permission.denied",
      hint: "the right is new, and the server let nobody in just now; try again in a moment",
    });
  }
}

async function askPlatform(session: BootstrapAsker): Promise<Result<Held, TransportError>> {
  const bootstrap = (await session.ask()).take();
  if (isErr(bootstrap)) return bootstrap;
  if (bootstrap.state === "limbo") return err(refusedSession(bootstrap.reason, session.contract));
  const { principal, capabilities, lifetimeS, used } = bootstrap;
  return ok({ principal, capabilities: capabilities && new Set(capabilities), lifetimeS, used });
}

function missingOf(demanded: readonly string[], { capabilities }: Held): readonly string[] {
  return capabilities === undefined ? [] : demanded.filter((key) => !capabilities.has(key));
}

/** The error of a call whose caller lacks a capability. */
function lacking({ name, capabilities }: Demand, held: Held): TransportError | undefined {
  const missing = missingOf(capabilities, held);
  if (missing.length === 0) return undefined;
  const { kind, id } = held.principal;
  return new TransportError({
    message: `${kind} ${id} may not call ${name}; missing: ${missing.join(", ")}`,
    code: "trellis.permission.capability",
    hint: "have somebody grant it",
    command: ["grants", "add", `${kind}:${id}`, ...missing],
    missing,
  });
}
