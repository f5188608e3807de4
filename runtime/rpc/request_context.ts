/** Who sent a request, as far as the server vouches for it. */
export interface Caller {
  /** The caller's session: the last token of the request's subject. */
  readonly session: string;
  /** `anonymous` while Trellis runs open, when nothing is enforced. */
  readonly principal: { readonly kind: "anonymous" };
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
