import { POSITION_HEADER } from "../../contracts/stored/work_headers.ts";
import { FOLDED_KEY } from "../../contracts/stored/projection_names.ts";
import type { BucketStream } from "../kv/nats/bucket_stream.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { Log } from "../log.ts";
import { Backoff } from "../nats/backoff.ts";
import { failureMeaning } from "../nats/jetstream/failure_meaning.ts";
import type { StreamApi } from "../nats/jetstream/stream_api.ts";
import { foldKey } from "./fold_key.ts";
import { type KeyState, KeyStates } from "./key_states.ts";
import type { ProjectedEvents } from "./projected_events.ts";
import { readHistory } from "./read_history.ts";
import { valueMisfit } from "./value_misfit.ts";

/** Keys that are written at once. */
const AT_ONCE = 256;
/** So often a key is read again because somebody else has written it. */
const MOST_RACES = 10;
const NEVER_WRITTEN: KeyState = { revision: 0, bytes: undefined, sequence: 0, held: undefined };
/** Milliseconds for a question to the server. */
const ANSWER_MS = 5000;
/** The longest pause before it begins again, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;

/** What a projection is made again from, and where. */
export interface RebuildOptions {
  /** The stream of events. */
  readonly source: StreamApi;
  /** When it was made. */
  readonly created: string;
  /** The new bucket. */
  readonly target: BucketStream;
  readonly events: ProjectedEvents;
  readonly codec: ValueCodec<unknown>;
  /** For messages. */
  readonly alias: string;
  readonly log: Log;
}

interface FoldedKey {
  value: unknown;
  sequence: number;
  held: string | undefined;
}

/**
 * Folds the whole history of a projection in memory, writes each key once into a bucket that nobody reads yet,
 * and leaves a mark there that it is whole. When it is stopped anywhere it begins again the next time. Resolves
 * to false when it was stopped.
 */
export async function rebuild(options: RebuildOptions, signal: AbortSignal): Promise<boolean> {
  const { alias, log } = options;
  const backoff = new Backoff(Infinity, LONGEST_PAUSE_MS);
  while (!signal.aborted) {
    const begun = performance.now();
    const failure = await attempt(options, signal);
    if (failure === undefined) {
      const ms = Math.round(performance.now() - begun);
      log.info(`the projection ${alias} is made again`, { ms });
      return true;
    }
    if (signal.aborted) break;
    log.error(`the projection ${alias} could not be made again: ${failure}; it is tried again`);
    await backoff.pause(signal);
  }
  return false;
}

/** True when the bucket is whole. */
export async function isRebuilt(target: BucketStream, created: string): Promise<boolean> {
  const mark = await target.revision({ last: FOLDED_KEY }, performance.now() + ANSWER_MS);
  return mark.isOk() && mark.value?.headers.includes(`${POSITION_HEADER}: ${created}:`) === true;
}

/** Answers why it came to nothing. */
async function attempt(options: RebuildOptions, signal: AbortSignal): Promise<string | undefined> {
  const { source, created, target, events, codec, alias, log } = options;
  const folded = new Map<string, FoldedKey>();
  let last = 0;
  const most = target.api.requests.line.info?.max_payload;
  const read = await readHistory(source, events.filters, (message) => {
    last = message.sequence;
    const event = events.read(message);
    // What is no event for it was kept as a dead letter when it came.
    if (event.isErr()) return;
    const { key } = event.orThrow().meta;
    const before = folded.get(key) ?? { value: undefined, sequence: 0, held: undefined };
    if (before.held !== undefined) return;
    const { value, sequence, failure } = foldKey(
      before,
      [event.orThrow()],
      valueMisfit(codec, key, most),
    );
    const { id = "", sequence: at } = failure?.event.meta ?? { sequence: 0 };
    if (failure !== undefined) {
      log.error(
        `the projection ${alias} cannot fold ${failure.event.name} ${id} into "${key}", ` +
          `which stands still: ${failure.error}`,
      );
    }
    folded.set(key, { value, sequence, held: failure && `${at} ${id}` });
  }, signal);
  if (read.isErr()) return failureMeaning(read.error).what;
  const states = new KeyStates(target, created);
  const entries = [...folded];
  for (let i = 0; i < entries.length; i += AT_ONCE) {
    if (signal.aborted) return "it was stopped";
    const written = await Promise.all(
      entries.slice(i, i + AT_ONCE).map(([key, state]) => writeKey(states, codec, key, state)),
    );
    const why = written.find((problem) => problem !== undefined);
    if (why !== undefined) return why;
  }
  return await states.mark(last);
}

/** Writes a key, unless the bucket has what it is to hold, or something newer. */
async function writeKey(
  states: KeyStates,
  codec: ValueCodec<unknown>,
  key: string,
  { value, sequence, held }: FoldedKey,
): Promise<string | undefined> {
  const bytes = value === undefined ? undefined : codec.encode(key, value).orThrow();
  let before: KeyState = NEVER_WRITTEN;
  for (let races = 0; races < MOST_RACES; races++) {
    const written = await states.write(key, before, { bytes, sequence, held });
    if (written.isErr()) return written.error.message;
    if (written.orThrow()) return undefined;
    const found = await states.read(key);
    if (found.isErr()) return found.error.message;
    before = found.orThrow();
    if (before.sequence >= sequence) return undefined;
  }
  return `"${key}" kept changing`;
}
