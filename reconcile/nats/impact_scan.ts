import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Impact, ImpactQuestion } from "../impact.ts";
import { ImpactTally, needsValues } from "../impact_tally.ts";
import type { BucketFailure, BucketScanner, ScanOptions } from "../ports.ts";
import { streamName } from "./bucket_config.ts";
import { API_CODE, apiCode, bucketFailure } from "./jetstream_failure.ts";
import { type PassBreak, passOver, SILENCE_MS } from "./stream_pass.ts";

const TIME_LIMIT_MS = 10_000;

/**
 * Scans buckets on a NATS server. A scan reads what was there when it began: later writes are not in
 * it, and what they replaced before the scan came to it makes it incomplete. Values are fetched only for
 * questions about a schema. Memory: one batch of 4 MiB or one value, whichever is larger, and what the
 * questions remember of each key, which is nothing where a key has one revision.
 *
 * ```ts ignore
 * const scanner = new NatsBucketScanner(connection, await managerOf(connection));
 * const scanned = await scanner.scan("orders", [{ kind: "ttl", ttlMs: 60_000 }]);
 * ```
 */
export class NatsBucketScanner implements BucketScanner {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;

  /** @param manager of the connection, which may read streams and make consumers */
  constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.#connection = connection;
    this.#manager = manager;
  }

  /**
   * Answers all questions about a bucket in one pass; none about a bucket that is not there. Fails with
   * `aborted`, `bucket_gone` and `scan_interrupted` (somebody deleted the bucket, or the consumer, in
   * the middle of it), and as the server fails.
   */
  async scan(
    bucket: string,
    questions: readonly ImpactQuestion[],
    options: ScanOptions = {},
  ): Promise<Result<readonly Impact[], BucketFailure>> {
    const deadline = performance.now() + (options.timeLimitMs ?? TIME_LIMIT_MS);
    if (options.signal?.aborted) return err(aborted(bucket));
    const found = (await this.#info(bucket)).take();
    if (isErr(found)) return found;
    if (found === undefined) return ok([]);
    const { config, state } = found;
    const tally = new ImpactTally(questions, {
      bucket,
      at: found.ts === undefined ? Date.now() : Date.parse(found.ts),
      history: config.max_msgs_per_subject,
    });
    if (state.messages === 0) return ok(tally.impacts(true));
    if (performance.now() >= deadline) return ok(tally.impacts(false));
    const prefix = `$KV.${bucket}.`;
    const tick = () => options.progress?.(tally.scanned, state.messages);
    const passed = await passOver(this.#connection, this.#manager, {
      stream: streamName(bucket),
      through: state.last_seq,
      data: needsValues(questions),
      deadline,
      signal: options.signal,
      visit: ({ subject, writtenAt, bytes, marker, data }) => {
        const key = subject.startsWith(prefix) ? subject.slice(prefix.length) : subject;
        tally.add({ key, writtenAt, bytes, marker, value: data });
      },
      tick,
    });
    if (passed.isErr()) return err(await this.#brokenOff(bucket, passed.error));
    tick();
    return ok(tally.impacts(passed.value === "complete" && tally.scanned === state.messages));
  }

  async #info(bucket: string): Promise<Result<StreamInfo | undefined, BucketFailure>> {
    try {
      return ok(await this.#manager.streams.info(streamName(bucket)));
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return ok(undefined);
      return err(scanFailure(error, bucket));
    }
  }

  async #brokenOff(bucket: string, reason: PassBreak): Promise<BucketFailure> {
    const doing = `scan the bucket ${bucket}`;
    switch (reason.kind) {
      case "aborted":
        return aborted(bucket);
      case "disconnected":
        return interrupted(`could not ${doing}: the connection to NATS was lost`);
      case "silent":
        return interrupted(`could not ${doing}: NATS said nothing for ${SILENCE_MS / 1000} s`);
      case "refused":
        if (apiCode(reason.cause) === undefined) return scanFailure(reason.cause, bucket);
    }
    const left = (await this.#info(bucket)).take();
    if (isErr(left)) return left.error;
    if (left === undefined) {
      return {
        code: "bucket_gone",
        message: `the bucket ${bucket} was deleted while it was scanned`,
        hint: "plan again: what is to be changed is no longer there",
        retryable: true,
      };
    }
    return reason.kind === "refused"
      ? scanFailure(reason.cause, bucket)
      : interrupted(`could not ${doing}: its consumer was deleted in the middle of it`);
  }
}

function aborted(bucket: string): BucketFailure {
  return {
    code: "aborted",
    message: `the scan of the bucket ${bucket} was aborted`,
    hint: "nothing was changed; scan again to see the impact",
    retryable: true,
  };
}

function interrupted(message: string): BucketFailure {
  const hint = "nothing was changed; scan again to see the impact";
  return { code: "scan_interrupted", message, hint, retryable: true };
}

function scanFailure(cause: unknown, bucket: string): BucketFailure {
  const failure = bucketFailure(cause, `scan the bucket ${bucket}`);
  if (failure.code !== "nats_unavailable") return failure;
  return {
    ...failure,
    hint: "is the NATS server up, with JetStream on? Scan again to see the impact",
  };
}
