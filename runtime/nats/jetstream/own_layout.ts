import {
  JetStreamApiError,
  type JetStreamManager,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { AUTHORITY_BUCKET } from "../../../contracts/stored/authority_records.ts";
import { CLUSTER_REPLICAS, REPLICAS_METADATA } from "../../../contracts/stored/work_names.ts";
import { API_CODE, apiErrorKind } from "./api_code.ts";
import { orGone } from "./library_api_code.ts";
import { makeStream } from "./make_stream.ts";

/** What lists and makes streams. */
type Manager = Pick<JetStreamManager, "streams">;

/** How a stream is kept, as its configuration says it. */
export interface OwnLayout {
  readonly num_replicas: number;
  readonly placement?: NonNullable<StreamConfig["placement"]>;
  readonly metadata: Record<string, string>;
}

/** How a stream might be kept. */
export interface TriedLayout {
  readonly replicas: number;
  readonly placement?: { readonly cluster?: string; readonly tags?: readonly string[] };
}

/**
 * How a new stream of Trellis' own is to be kept: as its records are. Where there are none yet, on three servers
 * if the cluster has them.
 *
 * @param isClustered whether the server belongs to a cluster; others are asked nothing
 */
export async function ownLayout(manager: Manager, isClustered: boolean): Promise<OwnLayout> {
  if (!isClustered) return layoutOf(1);
  const records = await recordsOf(manager);
  if (records === undefined) return layoutOf(await tryReplicas(manager));
  const { num_replicas, placement } = records.config;
  return { ...layoutOf(num_replicas), ...(placement === undefined ? {} : { placement }) };
}

/** Makes a stream of Trellis' own, kept as {@link ownLayout} says. */
export async function addOwnStream(
  manager: Manager,
  isClustered: boolean,
  config: Partial<StreamConfig> & Pick<StreamConfig, "name">,
): Promise<StreamInfo> {
  const { metadata, ...layout } = await ownLayout(manager, isClustered);
  const merged = { ...metadata, ...config.metadata };
  return await makeStream(manager, isClustered, { ...config, ...layout, metadata: merged });
}

/** How many replicas a cluster is good for: three, or one where it has not three servers with JetStream. */
export async function autoReplicas(manager: Manager): Promise<number> {
  const records = await recordsOf(manager);
  const has = records?.config.num_replicas ?? 0;
  return has < CLUSTER_REPLICAS ? await tryReplicas(manager) : CLUSTER_REPLICAS;
}

function recordsOf({ streams }: Manager) {
  return orGone(streams.info(`KV_${AUTHORITY_BUCKET}`));
}

/** No client is told how many servers there are. */
async function tryReplicas(manager: Manager): Promise<number> {
  const refused = await whyNotKept(manager, { replicas: CLUSTER_REPLICAS });
  return refused === undefined ? CLUSTER_REPLICAS : 1;
}

/**
 * Why the servers that there are do not keep streams in a way, in their words; undefined when they do. A stream is made
 * so, and removed at once.
 */
export async function whyNotKept(
  { streams }: Manager,
  { replicas, placement }: TriedLayout,
): Promise<string | undefined> {
  // Of its own: of two that are tried at once, one would remove the other.
  const name = `trellis_trial_${crypto.randomUUID()}`;
  let made: StreamInfo;
  try {
    made = await streams.add({
      name,
      description: "Whether the servers keep streams so; made by Trellis, and removed at once",
      subjects: [`$TRELLIS.trial.${name}`],
      storage: StorageType.Memory,
      num_replicas: replicas,
      ...(placement === undefined ? {} : {
        placement: { cluster: placement.cluster ?? "", tags: [...placement.tags ?? []] },
      }),
    });
  } catch (error) {
    if (error instanceof JetStreamApiError && isRefused(error.code)) return error.message;
    // It may have been made all the same.
    await streams.delete(name).catch(() => {});
    throw error;
  }
  await orGone(streams.delete(name));
  // A server alone takes whatever place is named.
  const isAlone = made.cluster?.name === undefined;
  return isAlone && placement !== undefined ? "the server belongs to no cluster" : undefined;
}

/** Whether the server has said no, and not that it has no leader at the moment. */
function isRefused(code: number): boolean {
  return code === API_CODE.noSuitablePeers || apiErrorKind(code) !== "momentary";
}

function layoutOf(replicas: number): OwnLayout {
  const metadata: Record<string, string> = replicas > 1
    ? { [REPLICAS_METADATA]: String(replicas) }
    : {};
  return { num_replicas: replicas, metadata };
}
