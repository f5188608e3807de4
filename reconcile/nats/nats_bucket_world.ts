import type { JetStreamManager } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../contracts/result.ts";
import { type BucketSettings, type BucketState, sameOwner, settingsDrift } from "../bucket.ts";
import type { Owner } from "../physical_name.ts";
import type { BucketFailure, BucketWorld } from "../ports.ts";
import { bucketState, changeableConfig, newBucketConfig, streamName } from "./bucket_config.ts";
import { API_CODE, apiCode, bucketFailure } from "./jetstream_failure.ts";

/** Buckets on a NATS server. */
export class NatsBucketWorld implements BucketWorld {
  readonly #manager: JetStreamManager;

  /** @param manager of a connection that may manage streams */
  constructor(manager: JetStreamManager) {
    this.#manager = manager;
  }

  /** A bucket as it is, or undefined. */
  async read(name: string): Promise<Result<BucketState | undefined, BucketFailure>> {
    try {
      return ok(bucketState(name, await this.#manager.streams.info(streamName(name))));
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return ok(undefined);
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
      await this.#manager.streams.add(newBucketConfig(name, owner, settings));
      return ok();
    } catch (error) {
      // Another reconciler may have been faster, or the answer of our own request was lost.
      const found = await this.read(name);
      const state = found.isOk() ? found.value : undefined;
      if (
        state !== undefined && sameOwner(state.owner, owner) &&
        settingsDrift(state.settings, settings).length === 0
      ) return ok();
      return err(bucketFailure(error, `create the bucket ${name}`));
    }
  }

  /** Changes the settings of a bucket. */
  async update(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>> {
    try {
      await this.#manager.streams.update(streamName(name), changeableConfig(owner, settings));
      return ok();
    } catch (error) {
      return err(bucketFailure(error, `update the bucket ${name}`));
    }
  }
}
