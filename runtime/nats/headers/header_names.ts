/** Identifies a request across processes and retries. */
export const REQUEST_ID_HEADER = "Trellis-Request-Id";
/** W3C trace context, in the spelling that the standard asks for. */
export const TRACEPARENT_HEADER = "traceparent";
/** What tracing systems add to it, each for itself; handed on as it is. */
export const TRACESTATE_HEADER = "tracestate";
/** The reported request that this one is sent for; only while somebody watches. */
export const SPAN_HEADER = "Trellis-Span";
/** Digest of the caller's contract. */
export const CONTRACT_HEADER = "Trellis-Contract";
/** Marks a reply as an error, for every client of NATS micro-services; its value is for people. */
export const SERVICE_ERROR_HEADER = "Nats-Service-Error";
/** An HTTP-like number beside {@link SERVICE_ERROR_HEADER}. */
export const SERVICE_ERROR_CODE_HEADER = "Nats-Service-Error-Code";
