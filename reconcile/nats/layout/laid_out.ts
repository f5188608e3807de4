import type { StreamConfig } from "@nats-io/jetstream";
import { REPLICAS_METADATA } from "../../../contracts/stored/work_names.ts";
import { NoClusterError } from "./no_cluster_error.ts";
import type { Deviation } from "../../resources/bucket.ts";
import {
  type FoundLayout,
  layoutChanges,
  replicasFor,
  type StreamLayout,
} from "../../resources/stream_layout.ts";

/** Leaves streams where they are, with as many replicas as they have. */
export const UNCHANGED: StreamLayout = { replicas: 1, lowers: false };

/** How a stream is kept, as its configuration says it. */
export function foundLayout({ num_replicas, placement, metadata }: StreamConfig): FoundLayout {
  const given = metadata?.[REPLICAS_METADATA];
  return {
    replicas: num_replicas,
    given: given === undefined ? undefined : Number(given),
    placement,
  };
}

/**
 * A configuration of a new stream with where and how often it is to be kept. Throws on a server that could not keep
 * it so.
 */
export function laidOut<C extends Partial<StreamConfig>>(
  config: C,
  layout: StreamLayout,
  isClustered: boolean,
): C {
  if (layout.replicas > 1 && !isClustered) throw new NoClusterError(layout.replicas);
  const { replicas } = layout;
  return placed(withReplicas(config, replicas, replicas > 1 ? replicas : undefined), layout);
}

/**
 * The configurations that a stream is given one after the other, until it is kept where and as often as it is to be:
 * servers do not move a stream and change its replicas at once.
 *
 * @param config as it is to be otherwise
 * @param current as it is
 */
export function laidOutAgain<C extends Partial<StreamConfig>>(
  config: C,
  layout: StreamLayout,
  current: StreamConfig,
  isClustered: boolean,
): readonly C[] {
  const found = foundLayout(current);
  const replicas = replicasFor(layout, found);
  // Some servers without a cluster take any number, and keep one all the same.
  if (replicas > found.replicas && !isClustered) throw new NoClusterError(replicas);
  // What an operator has raised is not taken for Trellis' own.
  const next = withReplicas(config, replicas, replicas === found.replicas ? found.given : replicas);
  const moved = placed(next, layout);
  const isMoved = layoutChanges(layout, found).some(({ field }) => field === "placement");
  return isMoved && replicas !== found.replicas ? [next, moved] : [moved];
}

function withReplicas<C extends Partial<StreamConfig>>(
  config: C,
  replicas: number,
  given: number | undefined,
): C {
  const mark = given === undefined ? {} : { [REPLICAS_METADATA]: String(given) };
  return { ...config, num_replicas: replicas, metadata: { ...config.metadata, ...mark } };
}

function placed<C extends Partial<StreamConfig>>(config: C, { placement }: StreamLayout): C {
  if (placement === undefined) return config;
  const { cluster, tags = [] } = placement;
  return {
    ...config,
    placement: { ...(cluster === undefined ? {} : { cluster }), tags: [...tags] },
  };
}

/** How a stream is not kept as it is to be; `prefix` comes before the names of the fields. */
export function layoutDeviations(
  config: StreamConfig | undefined,
  layout: StreamLayout,
  prefix = "",
): readonly Deviation[] {
  if (config === undefined) return [];
  return layoutChanges(layout, foundLayout(config))
    .map((change) => ({ ...change, field: `${prefix}${change.field}`, repairable: true }));
}
