import { POSITION_HEADER } from "../../contracts/stored/work_headers.ts";
import { loadCompiler } from "../../contracts/schema/validator.ts";
import { FOLDED_KEY } from "../../contracts/stored/projection_names.ts";
import type { BucketStream } from "../kv/nats/bucket_stream.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { Log } from "../log.ts";
import { Backoff } from "../nats/backoff.ts";
import { failureMeaning } from "../nats/jetstream/failure_meaning.ts";
import type { StreamApi } from "../nats/jetstream/stream_api.ts";
import { type FoldedKey, HistoryFold, type Unfolded } from "./history_fold.ts";
import { keepLetter, type LetterPlace } from "./keep_letter.ts";
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
export interface RebuildOptions extends LetterPlace {
  /** The stream of events. */
  readonly source: StreamApi;
  /** When it was made. */
  readonly created: string;
  /** The new bucket. */
  readonly target: BucketStream;
  readonly events: ProjectedEvents;
  readonly codec: ValueCodec<unknown>;
  readonly log: Log;
}

/**
 * Folds the whole history of a projection in memory, writes each key once into a bucket that nobody reads yet,
 * and leaves a mark there that it is whole. When it is stopped anywhere it begins again the next time. Resolves
 * to false when it was stopped.
 */
export async function rebuild(options: RebuildOptions, signal: AbortSignal): Promise<boolean> {
  const { name, log } = options;
  const backoff = new Backoff(Infinity, LONGEST_PAUSE_MS);
  while (!signal.aborted) {
    const begun = performance.now();
    const failure = await attempt(options, signal);
    if (failure === undefined) {
      const ms = Math.round(performance.now() - begun);
      log.info(`the projection ${name} is made again`, { ms });
      return true;
    }
    if (signal.aborted) break;
    log.error(`the projection ${name} could not be made again: ${failure}; it is tried again`);
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
  const { source, created, target, events, codec, name, log } = options;
  const most = target.api.requests.line.info?.max_payload;
  const fold = new HistoryFold(events, (key) => valueMisfit(codec, key, most));
  const unfolded: Unfolded[] = [];
  let last = 0;
  // A history is worth it from its first event on.
  await loadCompiler();
  const read = await readHistory(source, events.filters, (message) => {
    last = message.sequence;
    const failed = fold.add(message);
    if (failed !== undefined) unfolded.push(failed);
  }, signal);
  if (read.isErr()) return failureMeaning(read.error).what;
  if (fold.hasFailures) {
    const again = await readHistory(source, events.filters, fold.mend(), signal);
    if (again.isErr()) return failureMeaning(again.error).what;
  }
  const states = new KeyStates(target, created);
  const written = await inParts(fold.keys, signal, (key) => writeKey(states, codec, ...key));
  if (written !== undefined) return written;
  if (unfolded.length > 0) {
    log.error(
      `the projection ${name} could not fold ${unfolded.length} events, which are kept as dead ` +
        `letters; the first: ${unfolded[0]!.error}`,
    );
  }
  const kept = await inParts(unfolded, signal, (failed) => giveUp(options, failed));
  return kept ?? await states.mark(last);
}

/** Does something with all, some at a time; answers why it did not go on. */
async function inParts<T>(
  all: Iterable<T>,
  signal: AbortSignal,
  act: (one: T) => Promise<string | undefined>,
): Promise<string | undefined> {
  const list = [...all];
  for (let i = 0; i < list.length; i += AT_ONCE) {
    if (signal.aborted) return "it was stopped";
    const done = await Promise.all(list.slice(i, i + AT_ONCE).map(act));
    const why = done.find((problem) => problem !== undefined);
    if (why !== undefined) return why;
  }
}

/** Keeps what could not be folded as a dead letter, unless it is one since it came, or since another rebuild. */
function giveUp(
  { source, ...place }: RebuildOptions,
  { message, event, error }: Unfolded,
): Promise<string | undefined> {
  const { subject, sequence, headers, data } = message;
  return keepLetter(place, {
    message: { stream: source.name, subject, sequence, headers, data },
    reason: event === undefined ? "invalid" : "failed",
    error,
    tries: 1,
  }, true);
}

/** Writes a key, unless the bucket has what it is to hold, or something newer. */
async function writeKey(
  states: KeyStates,
  codec: ValueCodec<unknown>,
  key: string,
  { value, sequence, failure }: FoldedKey,
): Promise<string | undefined> {
  const bytes = value === undefined ? undefined : codec.encode(key, value).orThrow();
  const held = failure && `${failure.event.meta.sequence} ${failure.event.meta.id}`;
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
