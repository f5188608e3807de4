import type { JetStreamManager, StreamInfo, StreamInfoRequestOptions } from "@nats-io/jetstream";
import { outboxSubjects } from "../../../contracts/stored/outbox.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { type BucketSettings, settingsDrift } from "../../resources/settings.ts";
import type { BucketState } from "../../resources/bucket.ts";
import { type Owner, sameOwner } from "../../resources/owner.ts";
import type { BucketFailure, Buckets, ExpectedState } from "../../resources/buckets.ts";
import { RESOURCE_RULES } from "../../resources/resource_rules.ts";
import type { ByKind, ResourceKind } from "../../resources/kinds.ts";
import type { StreamLayout } from "../../resources/stream_layout.ts";
import { laidOut, laidOutAgain, layoutDeviations, UNCHANGED } from "../layout/laid_out.ts";
import { STREAMS } from "./streams_by_kind.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { bucketFailure } from "./jetstream_failure.ts";
import { makeStream } from "../../../runtime/nats/jetstream/make_stream.ts";
import type { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";

/** What comes before the fields of each stream, in the order of `RESOURCE_RULES.streams`. */
const PARTS: ByKind<readonly string[]> = { kv: [""], store: ["index.", "objects."] };

/** KV buckets and stores on a NATS server. */
export class NatsBuckets implements Buckets {
  readonly #manager: JetStreamManager;
  readonly #link: ConnectionGate | undefined;
  readonly #layout: StreamLayout;

  /**
   * @param manager of a connection that may manage streams
   * @param link of the same connection; without it a call waits for its timeout when the server is gone
   * @param layout how streams are to be kept; without one new ones have one replica, and others stay as they are
   */
  constructor(manager: JetStreamManager, link?: ConnectionGate, layout: StreamLayout = UNCHANGED) {
    this.#manager = manager;
    this.#link = link;
    this.#layout = layout;
  }

  /** The same, with another layout. */
  under(layout: StreamLayout): NatsBuckets {
    return new NatsBuckets(this.#manager, this.#link, layout);
  }

  /** A bucket as it is, or what there is of it; undefined when there is nothing. */
  async read(
    name: string,
    kind: ResourceKind,
  ): Promise<Result<BucketState | undefined, BucketFailure>> {
    try {
      return ok(stateOf(name, kind, await this.#infos(name, kind), this.#layout));
    } catch (error) {
      return err(bucketFailure(error, `read the ${RESOURCE_RULES[kind].noun} ${name}`));
    }
  }

  /** Makes a bucket, or what is missing of it; succeeds when it is there already as it should be. */
  async create(
    name: string,
    owner: Owner,
    settings: BucketSettings,
  ): Promise<Result<void, BucketFailure>> {
    let failure: unknown;
    const isClustered = this.#link?.isClustered ?? false;
    let added = 0;
    for (const config of STREAMS[owner.kind].newConfigs(name, owner, settings)) {
      try {
        await this.#use(() =>
          makeStream(this.#manager, isClustered, laidOut(config, this.#layout, isClustered))
        );
        added++;
      } catch (error) {
        failure = error;
        // One that is there already may be half of it.
        if (apiCode(error) !== API_CODE.streamNameInUse) break;
      }
    }
    if (failure === undefined) return ok();
    // Another reconciler may have been faster, or the answer of our own request was lost.
    const found = await this.read(name, owner.kind);
    const state = found.isOk() ? found.value : undefined;
    const isWhole = state !== undefined && state.missing === undefined;
    // The half that was there may have other settings: it is judged once both are there.
    const isDone = added > 0 || settingsDrift(state?.settings ?? {}, settings).length === 0;
    if (isWhole && sameOwner(state.owner, owner) && isDone) return ok();
    const doing = `create the ${RESOURCE_RULES[owner.kind].noun} ${name}`;
    return err(isWhole ? changed(doing) : bucketFailure(failure, doing));
  }

  /** Changes owner and settings of a bucket, and puts right what all buckets have in common. */
  async update(
    name: string,
    owner: Owner,
    settings: BucketSettings,
    expected: ExpectedState,
  ): Promise<Result<void, BucketFailure>> {
    const { kind } = owner;
    const doing = `update the ${RESOURCE_RULES[kind].noun} ${name}`;
    try {
      const infos = await this.#infos(name, kind);
      if (!isExpected(stateOf(name, kind, infos), owner, expected)) return err(changed(doing));
      const isClustered = this.#link?.isClustered ?? false;
      const current = infos.map((info) => info?.config);
      const configs = STREAMS[kind].updatedConfigs(name, owner, settings, current);
      for (const [place, declared] of configs.entries()) {
        const was = current[place];
        if (was === undefined) {
          const made = laidOut(declared, this.#layout, isClustered);
          await this.#use(() => makeStream(this.#manager, isClustered, made));
          continue;
        }
        for (const config of laidOutAgain(declared, this.#layout, was, isClustered)) {
          await this.#use(() => this.#manager.streams.update(config.name, config));
        }
      }
      return ok();
    } catch (error) {
      return err(bucketFailure(error, doing));
    }
  }

  /** Deletes a bucket with its data; succeeds when it is gone already. */
  async delete(
    name: string,
    kind: ResourceKind,
    expected: ExpectedState,
  ): Promise<Result<void, BucketFailure>> {
    const doing = `delete the ${RESOURCE_RULES[kind].noun} ${name}`;
    try {
      const state = stateOf(name, kind, await this.#infos(name, kind));
      if (state === undefined) return ok();
      if (!isExpected(state, undefined, expected)) return err(changed(doing));
      for (const stream of RESOURCE_RULES[kind].streams(name)) await this.#remove(stream);
      return ok();
    } catch (error) {
      return err(bucketFailure(error, doing));
    }
  }

  #use<T>(work: () => Promise<T>): Promise<T> {
    return this.#link === undefined ? work() : this.#link.use(work);
  }

  async #remove(stream: string): Promise<void> {
    try {
      await this.#use(() => this.#manager.streams.delete(stream));
    } catch (error) {
      if (apiCode(error) !== API_CODE.streamNotFound) throw error;
    }
  }

  #infos(name: string, kind: ResourceKind): Promise<readonly (StreamInfo | undefined)[]> {
    // The events that wait in a bucket are named, so that they can be told from its values.
    const options = kind === "kv" ? { subjects_filter: outboxSubjects(name) } : undefined;
    const { streams } = RESOURCE_RULES[kind];
    return Promise.all(streams(name).map((stream) => this.#info(stream, options)));
  }

  async #info(
    stream: string,
    options?: Partial<StreamInfoRequestOptions>,
  ): Promise<StreamInfo | undefined> {
    try {
      return await this.#use(() => this.#manager.streams.info(stream, options));
    } catch (error) {
      if (apiCode(error) === API_CODE.streamNotFound) return undefined;
      throw error;
    }
  }
}

function stateOf(
  name: string,
  kind: ResourceKind,
  infos: readonly (StreamInfo | undefined)[],
  layout: StreamLayout = UNCHANGED,
): BucketState | undefined {
  const isThere = infos.some((info) => info !== undefined);
  if (!isThere) return undefined;
  const state = STREAMS[kind].state(name, infos);
  const found = infos.flatMap((info, place) =>
    layoutDeviations(info?.config, layout, PARTS[kind][place])
  );
  return found.length === 0 ? state : {
    ...state,
    deviations: [...state.deviations ?? [], ...found],
  };
}

/** JetStream has no conditional update: looking right before it is as near as one can get. */
function isExpected(
  state: BucketState | undefined,
  owner: Owner | undefined,
  expected: ExpectedState,
): boolean {
  if (state === undefined || state.created !== expected.created) return false;
  if (state.owner === undefined) return expected.owner === undefined;
  return (owner !== undefined && sameOwner(state.owner, owner)) ||
    (expected.owner !== undefined && sameOwner(state.owner, expected.owner));
}

function changed(doing: string): BucketFailure {
  return {
    code: "bucket_changed",
    message: `could not ${doing}: another process changed it meanwhile`,
    hint: "the next reconcile looks again",
    retryable: true,
  };
}
