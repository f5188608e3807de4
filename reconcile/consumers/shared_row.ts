import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import {
  jobStream,
  jobSubjects,
  ratesStream,
  ratesSubjects,
  recordsBucket,
} from "../../contracts/stored/job_names.ts";
import {
  declaredLimit,
  TRANSFER_MS,
  TRANSFER_ROOM_BYTES,
} from "../../contracts/schema/file_limits.ts";
import { sentSubjects, transferStream } from "../../contracts/stored/transfer_names.ts";
import { deadStream, laterStream, stepsBucket } from "../../contracts/stored/work_names.ts";
import { isRecord } from "../../contracts/json/json.ts";
import type { Needs } from "../needs/need_types.ts";
import { type SurfaceTransfer, transfersOf } from "../needs/transfers.ts";
import type { SharedKind, WorkStream, WorkStreamSettings } from "../resources/work_streams.ts";
import { SHARED, type WorkContext, type WorkRow } from "./work_row.ts";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MONTH_MS = 30 * DAY_MS;

/** What all groups, projections, relays, queues and files of a deployment share. */
export function sharedRow(
  kinds: ReadonlySet<WorkRow["kind"]>,
  needs: Needs,
  { deployment, abilities }: WorkContext,
): WorkRow {
  const token = deploymentToken(deployment);
  const stream = (
    kind: SharedKind,
    name: string,
    settings: Partial<WorkStreamSettings>,
  ): WorkStream => ({
    name,
    owner: { deployment, kind, name: "" },
    settings: {
      subjects: [],
      maxAgeMs: MONTH_MS,
      schedules: false,
      removable: false,
      transforms: [],
      ...settings,
    },
  });
  const bucket = (kind: SharedKind, name: string, settings: Partial<WorkStreamSettings>) =>
    stream(kind, `KV_${name}`, { subjects: [`$KV.${name}.>`], ...settings });
  const hasQueues = kinds.has("job") || kinds.has("operation");
  const { schedules } = abilities;
  const ttls = abilities.messageTtls ? { messageTtls: true as const } : {};
  const rates = ratedMs(needs);
  const sent = transfersOf(needs, "send");
  const streams = [
    ...(kinds.size === 0 ? [] : [
      stream("dead", deadStream(deployment), {
        subjects: [`dead.${token}.>`],
        removable: true,
        maxAgeMs: Math.max(MONTH_MS, ...deadMs(needs)),
        ...(hasQueues ? ttls : {}),
      }),
    ]),
    ...(kinds.has("group")
      ? [stream("later", laterStream(deployment), {
        subjects: [`later.${token}.>`, `again.${token}.>`],
        schedules,
      })]
      : []),
    ...(kinds.has("group") || hasQueues
      ? [bucket("steps", stepsBucket(deployment), { maxAgeMs: 7 * DAY_MS })]
      : []),
    ...(hasQueues
      ? [
        // What waits is cancelled by removing it, and never expires.
        stream("jobs", jobStream(deployment), {
          subjects: [jobSubjects(deployment)],
          maxAgeMs: 0,
          schedules,
          removable: true,
        }),
      ]
      : []),
    ...(hasQueues || transfersOf(needs, "receive").length > 0
      ? [
        // What has ended says itself how long it is kept, where the server can.
        bucket("records", recordsBucket(deployment), {
          maxAgeMs: abilities.messageTtls ? 0 : MONTH_MS,
          ...ttls,
        }),
      ]
      : []),
    ...(rates.length === 0 ? [] : [
      stream("rates", ratesStream(deployment), {
        subjects: [ratesSubjects(deployment)],
        maxAgeMs: Math.max(2 * MINUTE_MS, ...rates.map((window) => 2 * window)),
        removable: true,
      }),
    ]),
    ...(sent.length === 0 ? [] : [
      stream("transfer", transferStream(deployment), {
        subjects: sent.map(({ subject }) => sentSubjects(subject)).sort(),
        maxAgeMs: TRANSFER_MS,
        maxBytes: roomFor(sent, needs),
      }),
    ]),
  ];
  return {
    key: SHARED,
    place: SHARED,
    kind: "shared",
    name: "",
    physical: "",
    streams,
    consumers: [],
    replay: "all",
    missing: [],
    keyless: [],
  };
}

/** So that one file waits for no other one: room for two of the largest that are declared. */
function roomFor(sent: readonly SurfaceTransfer[], { resources: { store } }: Needs): number {
  const limits = sent.filter(({ transfer }) => transfer.maxBytes !== undefined).map((
    { transfer },
  ) =>
    declaredLimit(transfer, Object.hasOwn(store, transfer.store) ? store[transfer.store] : {}) ?? 0
  );
  return Math.max(TRANSFER_ROOM_BYTES, ...limits.map((limit) => 2 * limit));
}

/** The windows of queues with a rate. */
function ratedMs({ jobs = {} }: Needs): readonly number[] {
  return Object.values(jobs).flatMap(({ settings: { rate } }) =>
    isRecord(rate) && typeof rate.perMs === "number" ? [rate.perMs] : []
  );
}

/** How long queues keep dead letters, where they say so. */
function deadMs({ jobs = {} }: Needs): readonly number[] {
  return Object.values(jobs).flatMap(({ settings: { keepMs } }) =>
    isRecord(keepMs) && typeof keepMs.dead === "number" ? [keepMs.dead] : []
  );
}
