/** Numbers of JetStream's API errors that are handled one by one. */
export const API_CODE = {
  /** No servers, or not enough of them, may keep so many replicas; a cluster that starts says so as well. */
  noSuitablePeers: 10005,
  /** There is no such consumer. */
  consumerNotFound: 10014,
  /** There is no message under the subject or sequence. */
  noMessage: 10037,
  /** A stream of the name exists, with another configuration. */
  streamNameInUse: 10058,
  /** There is no such stream. */
  streamNotFound: 10059,
  /** Another stream takes the subjects. */
  subjectsOverlap: 10065,
  /** The subject's last sequence is not the expected one. */
  wrongLastSequence: 10071,
  /** A server without a cluster keeps one replica. */
  notClustered: 10074,
  /** The stream does not allow messages with a time to live of their own. */
  messageTtlsDisabled: 10166,
  /** The same, from clustered servers, which cannot say which sequence is the last. */
  wrongLastSequenceUnknown: 10164,
  /** The stream does not store messages together. */
  batchesDisabled: 10174,
  /** Messages of a batch are missing, or there are too many batches; nothing was stored. */
  batchIncomplete: 10176,
} as const;

/** What an API error means for the sender of the request. */
export type ApiErrorKind =
  /** Another write was faster: the expected last sequence is not the last one. */
  | "lost_race"
  /** A leader is being elected, the server is starting, or it is overloaded: it passes by itself. */
  | "momentary"
  /** JetStream is off, for the server or for the account. */
  | "no_jetstream"
  /** The stream does not exist. */
  | "stream_missing"
  /** The server could not store the message: the stream has reached its own limits. */
  | "stream_full"
  /** The account or the server has no storage or memory left. */
  | "storage_full"
  /** The account's limits do not allow it. */
  | "account_limit"
  /** The message is larger than the stream takes. */
  | "too_large"
  /** The stream takes no writes any more. */
  | "sealed"
  /** Anything else: the request itself is refused. */
  | "refused";

const KINDS: ReadonlyMap<number, ApiErrorKind> = new Map<number, ApiErrorKind>([
  [10002, "storage_full"],
  [10004, "momentary"],
  [API_CODE.noSuitablePeers, "momentary"],
  [10007, "momentary"],
  [10008, "momentary"],
  [10009, "momentary"],
  [10023, "storage_full"],
  [10026, "account_limit"],
  [10027, "account_limit"],
  [10028, "storage_full"],
  [10039, "no_jetstream"],
  [10047, "storage_full"],
  [10053, "account_limit"],
  [10054, "too_large"],
  [API_CODE.streamNotFound, "stream_missing"],
  [API_CODE.wrongLastSequence, "lost_race"],
  [10076, "no_jetstream"],
  [10077, "stream_full"],
  [10097, "too_large"],
  [10109, "sealed"],
  [10113, "account_limit"],
  [10118, "momentary"],
  [10120, "account_limit"],
  [10122, "account_limit"],
  [10158, "momentary"],
  [10163, "momentary"],
  [API_CODE.wrongLastSequenceUnknown, "lost_race"],
  [10167, "momentary"],
]);

/** The kind of an API error, by its number alone. */
export function apiErrorKind(code: number): ApiErrorKind {
  return KINDS.get(code) ?? "refused";
}
