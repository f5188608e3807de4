import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../contracts/result.ts";
import { type BucketSettings, type BucketState, sameOwner, settingsDrift } from "../bucket.ts";
import type { Owner } from "../physical_name.ts";
import type { BucketFailure, BucketWorld, ExpectedBucket } from "../ports.ts";
import { bucketState, newBucketConfig, streamName, updatedBucketConfig } from "./bucket_config.ts";
import { API_CODE, apiCode, bucketFailure } from "./jetstream_failure.ts";
import type { Link } from "./link.ts";

/** Buckets on a NATS server. */
export class NatsBucketWorld implements BucketWorld {
  readonly #manager: JetStreamManager;
  readonly #use: <T>(work: () => Promise<T>) => Promise<T>;

  /**
   * @param manager of a connection that may manage streams
   * @param link of the same connection; without it a call waits for its timeout when the server is gone
   */
  constructor(manager: JetStreamManager, link?: Link) {
    this.#manager = manager;
    this.#use = (work) => link === undefined ? work() : link.use(work);
  }

  /** A bucket as it is, or undefined. */
  async read(name: string): Promise<Result<BucketState | undefined, BucketFailure>> {
    try {
      const info = await this.#info(name);
      return ok(info && bucketState(name, info));
    } catch (error) {
      return err(bucketFailure(error, `read the bucket ${name}`));
    }
  }

  /** Makes a bucket; succeeds when it is there already with these settings and owner. */
  async create(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>> {
    try {
      await this.#use(() => this.#manager.streams.add(newBucketConfig(name, owner, settings)));
      return ok();
    } catch (error) {
      // Another reconciler may have been faster, or the answer of our own request was lost.
      const found = await this.read(name);
      const state = found.isOk() ? found.value : undefined;
      if (
        state !== undefined && sameOwner(state.owner, owner) &&
        settingsDrift(state.settings, settings).length === 0
      ) return ok();
      const doing = `create the bucket ${name}`;
      return err(state === undefined ? bucketFailure(error, doing) : changed(doing));
    }
  }

  /** Changes owner and settings of a bucket, and puts right what all buckets have in common. */
  async update(
    name: string,
    owner: Owner,
    settings: BucketSettings,
    expected: ExpectedBucket,
  ): Promise<Result<void, BucketFailure>> {
    const doing = `update the bucket ${name}`;
    try {
      const info = await this.#info(name);
      const state = info && bucketState(name, info);
      if (info === undefined || !isExpected(state, owner, expected)) return err(changed(doing));
      const config = updatedBucketConfig(name, owner, settings, info.config);
      await this.#use(() => this.#manager.streams.update(streamName(name), config));
      return ok();
    } catch (error) {
      return err(bucketFailure(error, doing));
    }
  }

  /** Deletes a bucket with its data; succeeds when it is gone already. */
  async delete(name: string, expected: ExpectedBucket): Promise<Result<void, BucketFailure>> {
    const doing = `delete the bucket ${name}`;
    try {
      const info = await this.#info(name);
      if (info === undefined) return ok();
      if (!isExpected(bucketState(name, info), undefined, expected)) return err(changed(doing));
      await this.#use(() => this.#manager.streams.delete(streamName(name)));
      return ok();
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return ok();
      return err(bucketFailure(error, doing));
    }
  }

  async #info(name: string): Promise<StreamInfo | undefined> {
    try {
      return await this.#use(() => this.#manager.streams.info(streamName(name)));
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return undefined;
      throw error;
    }
  }
}

/** JetStream has no conditional update: looking right before it is as near as one can get. */
function isExpected(
  state: BucketState | undefined,
  owner: Owner | undefined,
  expected: ExpectedBucket,
): boolean {
  if (state === undefined || state.created !== expected.created) return false;
  if (state.owner === undefined) return expected.owner === undefined;
  return (owner !== undefined && sameOwner(state.owner, owner)) ||
    (expected.owner !== undefined && sameOwner(state.owner, expected.owner));
}

function changed(doing: string): BucketFailure {
  return {
    code: "bucket_changed",
    message: `could not ${doing}: somebody else changed it meanwhile`,
    hint: "the next reconcile looks again",
    retryable: true,
  };
}
