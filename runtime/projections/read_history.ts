import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ApiFailure } from "../nats/jetstream/api_answer.ts";
import { type DeliveredMessage, PushDelivery } from "../nats/jetstream/push_delivery.ts";
import type { StreamApi } from "../nats/jetstream/stream_api.ts";

/** Messages of one filter that wait for those of others, before the server is asked to pause. */
const MOST_WAITING = 10_000;
/** Milliseconds until the server must have begun. */
const BEGIN_MS = 10_000;

/** One filter's messages, in order. */
interface Source {
  readonly delivery: PushDelivery;
  waiting: DeliveredMessage[];
  /** The next of them. */
  at: number;
  /** Messages that have come. */
  came: number;
  /** Messages that there were at the beginning; undefined: it is not known yet. */
  count: number | undefined;
  proceed: (() => void) | undefined;
}

/**
 * Reads what a stream holds of some filters at the beginning, in the order of the stream. Each filter is read by
 * a consumer of its own, because a session may make consumers of single filters alone.
 */
export async function readHistory(
  stream: StreamApi,
  filters: readonly string[],
  each: (message: DeliveredMessage) => void,
  signal: AbortSignal,
): Promise<Result<void, ApiFailure>> {
  const { promise, resolve } = Promise.withResolvers<Result<void, ApiFailure>>();
  const sources: Source[] = [];
  const merge = () => {
    for (;;) {
      let next: Source | undefined;
      for (const source of sources) {
        const head = source.waiting[source.at];
        if (head === undefined) {
          if (source.came !== source.count) return;
        } else if (next === undefined || head.sequence < next.waiting[next.at]!.sequence) {
          next = source;
        }
      }
      if (next === undefined) return resolve(ok());
      each(next.waiting[next.at++]!);
      if (next.at === next.waiting.length) [next.waiting, next.at] = [[], 0];
      if (next.proceed !== undefined && next.waiting.length - next.at < MOST_WAITING) {
        next.proceed();
        next.proceed = undefined;
      }
    }
  };
  const onAbort = () => resolve(err({ kind: "closed" }));
  signal.addEventListener("abort", onAbort);
  for (const filter of filters) {
    const source: Source = {
      waiting: [],
      at: 0,
      came: 0,
      count: undefined,
      proceed: undefined,
      delivery: new PushDelivery(stream, { filter, from: 1, headersOnly: false }, {
        message: (message) => {
          // What was stored since is left to those who follow.
          if (source.came === source.count) return source.delivery.stop();
          source.came++;
          source.waiting.push(message);
          if (message.pending === 0) source.count = source.came;
          merge();
        },
        flow: (proceed) => {
          if (source.waiting.length - source.at < MOST_WAITING) proceed();
          else source.proceed = proceed;
        },
        idle: () => {
          source.count = source.came;
          merge();
        },
        broken: (why) => resolve(err(why ?? { kind: "lost" })),
      }),
    };
    sources.push(source);
  }
  const begun = await Promise.all(
    sources.map(async (source) => {
      const count = await source.delivery.start(performance.now() + BEGIN_MS);
      // What came before the answer may be counted twice: then the end is told by what comes last.
      if (count.isOk()) source.count ??= count.value;
      return count.take();
    }),
  );
  const failed = begun.find(isErr);
  if (failed !== undefined) resolve(failed);
  else merge();
  const ended = await promise;
  signal.removeEventListener("abort", onAbort);
  for (const { delivery } of sources) delivery.stop();
  return ended;
}
