import type { Principal } from "../../contracts/identity/caller.ts";

/** Who sent a request, as far as the server vouches for it. */
export interface Caller {
  /** Names the caller's session, in the last token of the request's subject. */
  readonly session: string;
  /** Who it is: the server lets a session call as nobody else. `anonymous` while Trellis runs open. */
  readonly principal: Principal | { readonly kind: "anonymous"; readonly id: "anonymous" };
  /** Digest of the caller's contract, as the caller says. */
  readonly contractDigest: string | undefined;
}

/** What a handler knows about the request besides its input. */
export interface RequestContext {
  /** Who asks. */
  readonly caller: Caller;
  /** The same for every retry of one request, and in every log. */
  readonly requestId: string;
  /** W3C trace context of the caller; pass it on in calls of your own. */
  readonly traceparent: string | undefined;
  /** Aborts when the handler has run out of time or the service is being stopped for good. */
  readonly signal: AbortSignal;
}
