import { NANOS_PER_MS } from "../../runtime/nats/jetstream/nanos.ts";
import { serverHas } from "../../runtime/nats/features/server_features.ts";
import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { EVENT_STREAM, EVENT_SUBJECTS } from "../../contracts/stored/event_stream.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { natsFailure } from "./buckets/jetstream_failure.ts";
import { addOwnStream } from "../../runtime/nats/jetstream/own_layout.ts";
import { API_CODE } from "../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../runtime/nats/jetstream/library_api_code.ts";

/** How long a new stream keeps an event: a week, so that a consumer may be down over a weekend. */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;
/** How long the server recognises a repeated event id: what a publisher's retries rely on. */
const DUPLICATE_WINDOW_MS = 120_000;
const OWNER = { "trellis.kind": "events" } as const;

/**
 * Makes the stream of all events, or checks that the one that is there is Trellis' own. Subjects and
 * duplicate window, without which events are lost or doubled, are put right; age and size of a stream
 * that is there are the operator's to choose and stay as they are.
 */
export async function openEventStream(
  manager: JetStreamManager,
  version = "",
  isClustered = false,
): Promise<Result<void, AuthorityError>> {
  try {
    const config = await currentConfig(manager) ??
      await addStream(manager, version, isClustered);
    if (config.metadata?.["trellis.kind"] !== OWNER["trellis.kind"]) return err(foreign());
    const repair = repairOf(config, canKeep(version));
    if (repair !== undefined) await manager.streams.update(EVENT_STREAM, repair);
    return ok();
  } catch (cause) {
    return err(failure(cause));
  }
}

async function currentConfig(manager: JetStreamManager): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(EVENT_STREAM)).config;
  } catch (error) {
    if (apiCode(error) === API_CODE.streamNotFound) return undefined;
    throw error;
  }
}

async function addStream(
  manager: JetStreamManager,
  version: string,
  isClustered: boolean,
): Promise<StreamConfig> {
  try {
    const ttl = canKeep(version) ? { allow_msg_ttl: true } : {};
    const config = { ...newEventStreamConfig(), ...ttl };
    return (await addOwnStream(manager, isClustered, config)).config;
  } catch (error) {
    // Somebody else was faster, with other settings.
    const config = apiCode(error) === API_CODE.streamNameInUse && await currentConfig(manager);
    if (config) return config;
    throw error;
  }
}

/** The configuration of a new stream. A fresh object each time: the client writes on it. */
function newEventStreamConfig() {
  return {
    name: EVENT_STREAM,
    description: "Events of all services, owned by Trellis",
    subjects: [EVENT_SUBJECTS],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    // Where an operator sets a limit, publishing fails rather than that old events vanish unseen.
    discard: DiscardPolicy.New,
    max_age: MAX_AGE_MS * NANOS_PER_MS,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS_PER_MS,
    allow_direct: true,
    deny_delete: true,
    metadata: { ...OWNER },
  } satisfies Partial<StreamConfig>;
}

/** Events that are to stay for ever say so themselves; that cannot be taken back from a stream. */
function canKeep(version: string): boolean {
  return serverHas(version, "messageTtls");
}

function repairOf(config: StreamConfig, keeps: boolean): Partial<StreamConfig> | undefined {
  const subjects = config.subjects.length === 1 && config.subjects[0] === EVENT_SUBJECTS;
  // The server refuses a window beyond the age of the messages.
  const age = config.max_age === 0 ? Infinity : config.max_age;
  const window = Math.min(DUPLICATE_WINDOW_MS * NANOS_PER_MS, age);
  const isRight = subjects && config.duplicate_window >= window;
  if (isRight && (!keeps || config.allow_msg_ttl === true)) return undefined;
  return {
    ...(keeps ? { allow_msg_ttl: true } : {}),
    subjects: [EVENT_SUBJECTS],
    duplicate_window: Math.max(window, config.duplicate_window),
  };
}

function foreign(): AuthorityError {
  return new AuthorityError(
    "unavailable",
    `the stream ${EVENT_STREAM} is not Trellis' own: its metadata does not say so`,
    `rename or remove it, or mark it with the metadata trellis.kind: ${OWNER["trellis.kind"]}`,
  );
}

function failure(cause: unknown): AuthorityError {
  const { reason, hint } = natsFailure(cause);
  const overlap = apiCode(cause) === API_CODE.subjectsOverlap;
  return new AuthorityError(
    "unavailable",
    `could not make the stream of events ${EVENT_STREAM}: ${reason}`,
    overlap ? `another stream takes subjects under ${EVENT_SUBJECTS}; narrow or remove it` : hint,
    { cause },
  );
}
