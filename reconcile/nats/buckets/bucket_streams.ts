import type { StreamConfig, StreamInfo } from "@nats-io/jetstream";
import type { BucketSettings } from "../../resources/settings.ts";
import type { BucketState } from "../../resources/bucket.ts";
import type { Owner } from "../../resources/owner.ts";

/** A stream's configuration with its name. */
export type NamedConfig = Partial<StreamConfig> & { name: string };

/**
 * The streams that a KV bucket or a store consists of. Lists are in the order of `RESOURCE_RULES.streams`, which is
 * the order in which they are written; a stream that is not there is undefined in them.
 */
export interface BucketStreams {
  /** Configurations of new ones. Fresh objects each time: the client writes on them. */
  newConfigs(name: string, owner: Owner, settings: BucketSettings): readonly NamedConfig[];
  /**
   * Configurations with everything that is declared and that an update may change; what is not declared
   * (replicas, placement, compression, other metadata) stays as it is.
   */
  updatedConfigs(
    name: string,
    owner: Owner,
    settings: BucketSettings,
    current: readonly (StreamConfig | undefined)[],
  ): readonly NamedConfig[];
  /** Reads streams of which at least one is there. */
  state(name: string, infos: readonly (StreamInfo | undefined)[]): BucketState;
}
