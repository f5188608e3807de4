import type { Principal } from "../../contracts/identity/caller.ts";

/** A contract that somebody runs. */
export interface CallerContract {
  /** `name@vN` */
  readonly id: string;
  /** SHA-256 of the manifest's semantic projection. */
  readonly digest: string;
}

/** Who sent a request, as far as the server vouches for it. */
export interface Caller {
  /** Names the caller's session, in the last token of the request's subject. */
  readonly session: string;
  /** Who it is: the server lets a session call as nobody else. `anonymous` while Trellis runs open. */
  readonly principal: Principal | { readonly kind: "anonymous"; readonly id: "anonymous" };
  /**
   * Digest of the caller's contract, as the caller says: a claim that nobody has checked. {@link contract}
   * asks who knows.
   */
  readonly contractDigest: string | undefined;
  /**
   * The contract that the caller's session was let in under: of an app, a device or an agent what its session
   * was opened for, of a service what is accepted for its deployment. Asked for when it is called, and at most
   * about once a second. Undefined for admins, and while Trellis runs open: then nobody knows.
   *
   * Rejects with a `TransportError` when the platform does not answer.
   */
  contract(): Promise<CallerContract | undefined>;
  /**
   * Whether the caller holds a capability, for decisions that are finer than a call: by the key that this
   * contract defines it under, as `orders.refund`, or with the contract that does, as
   * `graph::users.read`. What is taken from a caller is seen within a second. While Trellis runs open
   * everybody holds everything.
   *
   * Rejects with a `TypeError` for a key that this contract does not define, and with a `TransportError`
   * when the platform does not answer.
   */
  can(capability: string): Promise<boolean>;
}

/** What a handler knows about the request besides its input. */
export interface RequestContext {
  /** Who asks. */
  readonly caller: Caller;
  /** The same for every retry of one request, for the calls through the handler's `client`, and in every log. */
  readonly requestId: string;
  /** W3C trace context of the caller, which calls and events through the handler's `client` go on with. */
  readonly traceparent: string | undefined;
  /** Aborts when the handler has run out of time or the service is being stopped for good. */
  readonly signal: AbortSignal;
}
