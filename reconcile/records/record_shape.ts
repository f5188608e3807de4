/** What stored records of authority look like. */
import { SETTING_NAMES, SETTINGS } from "../resources/settings.ts";
import { needsShape } from "./needs_shape.ts";
import {
  bool,
  count,
  json,
  list,
  mapOf,
  objectOf,
  oneOf,
  optional,
  type StoredShape,
  text,
} from "./stored_shape.ts";

const impact = objectOf({
  bucket: text,
  kind: optional(oneOf("store", "state", "group", "projection", "event", "queue", "transfer")),
  inWork: optional(count),
  waiting: optional(count),
  dead: optional(count),
  states: optional(mapOf(count)),
  pending: optional(list(objectOf({
    deployment: text,
    group: text,
    values: count,
    scanned: count,
  }))),
  events: optional(count),
  estimatedMs: optional(count),
  store: optional(text),
  effect: text,
  values: count,
  revisions: count,
  bytes: count,
  holders: optional(count),
  damaged: optional(count),
  first: list(objectOf({
    key: text,
    principal: optional(text),
    createdAt: text,
    path: optional(text),
    problem: optional(text),
  })),
  complete: bool,
  scanned: count,
  at: text,
});

const change = objectOf({
  code: text,
  path: text,
  op: oneOf("add", "change", "remove"),
  severity: oneOf("safe", "dangerous"),
  reason: text,
  before: optional(json),
  after: optional(json),
  example: optional(json),
  affects: optional(list(text)),
  impact: optional(impact),
});

const buckets = mapOf(objectOf({ name: text, created: text }));

const boundBuckets = mapOf(objectOf({
  name: text,
  created: text,
  settings: mapOf(count),
}));

/** Numbers that may be missing. */
function limits(names: readonly string[]): Record<string, StoredShape> {
  return Object.fromEntries(names.map((name) => [name, optional(count)]));
}

const generation = { consumer: text, bucket: text, generation: count, shape: optional(text) };

const queue = objectOf({
  stream: text,
  consumers: list(list(text)),
  concurrency: count,
  ackWaitMs: count,
  maxDeliver: count,
  backoffMs: list(count),
  maxActive: optional(count),
  schedules: optional(bool),
  wideExpectations: optional(bool),
});

const bindings = objectOf({
  format: oneOf("trellis.bindings.v1"),
  deployment: text,
  contract: text,
  digests: list(text),
  version: count,
  surfaces: optional(list(text)),
  kv: mapOf(objectOf({
    ...limits(SETTING_NAMES.kv),
    bucket: text,
    history: count,
    ttlMs: count,
    outbox: optional(count),
  })),
  store: mapOf(objectOf({
    ...limits(SETTING_NAMES.store),
    name: text,
    ttlMs: count,
  })),
  groups: optional(mapOf(objectOf({
    stream: text,
    consumers: list(text),
    concurrency: count,
    ackWaitMs: count,
    maxDeliver: count,
    backoffMs: list(count),
    ordering: oneOf("strict", "key", "none"),
    onDead: oneOf("continue", "hold"),
    later: optional(objectOf({ stream: text, consumer: text, schedules: optional(bool) })),
    name: optional(text),
  }))),
  projections: optional(mapOf(objectOf({
    stream: text,
    created: text,
    filters: optional(list(text)),
    ...generation,
    next: optional(objectOf(generation)),
    former: optional(objectOf(generation)),
  }))),
  relays: optional(mapOf(objectOf({ stream: text, consumer: text }))),
  jobs: optional(mapOf(queue)),
  operations: optional(mapOf(queue)),
  records: optional(text),
  rates: optional(text),
  transfer: optional(text),
  dead: optional(text),
  steps: optional(text),
});

const work = mapOf(objectOf({
  alias: text,
  streams: mapOf(objectOf({
    subjects: list(text),
    maxAgeMs: count,
    schedules: bool,
    removable: bool,
    transforms: list(objectOf({ from: text, to: text })),
    messageTtls: optional(bool),
    maxBytes: optional(count),
  })),
  consumers: mapOf(objectOf({
    filters: list(text),
    ackWaitMs: count,
    maxAckPending: count,
    ackAll: bool,
  })),
}));

const problem = objectOf({
  resource: text,
  code: text,
  message: text,
  hint: text,
  command: optional(list(text)),
  retryable: bool,
});

/** A {@link Decision}. */
export const decisionShape: StoredShape = objectOf({
  planId: text,
  outcome: oneOf("accepted", "rejected", "superseded", "refreshed", "mode"),
  at: text,
  by: text,
  reason: optional(text),
  acknowledgement: optional(text),
  deleteData: optional(list(text)),
  retired: optional(mapOf(text)),
  retiredCreated: optional(mapOf(text)),
  digest: optional(text),
  needsDigest: optional(text),
  mode: optional(oneOf("strict", "dev")),
  modeBy: optional(text),
  inForce: optional(count),
  version: count,
  seq: optional(count),
  previous: optional(text),
  planDigest: optional(text),
  signedBy: optional(text),
  hash: optional(text),
  signature: optional(text),
});

/** A {@link Plan}. */
export const planShape: StoredShape = objectOf({
  format: oneOf("trellis.plan.v1"),
  id: text,
  deployment: text,
  kind: oneOf("update", "migration"),
  baseVersion: count,
  createdAt: text,
  changes: list(change),
  adopts: optional(buckets),
  permissions: optional(objectOf({ gains: list(text), loses: list(text) })),
  rollbackTo: optional(count),
  needs: needsShape,
});

/** An {@link AuthorityRecord}. */
export const recordShape: StoredShape = objectOf({
  format: oneOf("trellis.authority.v1"),
  deployment: text,
  mode: oneOf("strict", "dev"),
  modeBy: text,
  pending: optional(objectOf({
    planId: text,
    digest: text,
    planDigest: optional(text),
    requested: optional(objectOf({ by: text, insteadOf: optional(text) })),
  })),
  desired: optional(objectOf({
    version: count,
    planId: text,
    needs: needsShape,
    digests: list(text),
    rollbackTo: optional(count),
    adopts: optional(buckets),
  })),
  materialized: optional(objectOf({
    version: count,
    state: oneOf("reconciled", "pending"),
    problems: list(problem),
    at: text,
    bindings,
    buckets: optional(boundBuckets),
    work: optional(work),
  })),
  retired: list(objectOf({
    kind: oneOf("kv", "store"),
    alias: text,
    name: text,
    at: text,
    created: optional(text),
    deletedBy: optional(text),
  })),
  archived: optional(count),
  history: list(decisionShape),
});

const layoutMembers = {
  replicas: optional((value) => value === "auto" ? undefined : count(value)),
  placement: optional(objectOf({ cluster: optional(text), tags: optional(list(text)) })),
};

/** A {@link StoredPolicy}. */
export const policyShape: StoredShape = objectOf({
  format: oneOf("trellis.policy.v1", "trellis.policy.v2"),
  limits: objectOf(limits(Object.values(SETTINGS).map(({ policy }) => policy))),
  layout: optional(objectOf({
    ...layoutMembers,
    deployments: optional(mapOf(objectOf(layoutMembers))),
  })),
});

/** A {@link SurfaceClaim}. */
export const claimShape: StoredShape = objectOf({
  format: oneOf("trellis.surface.v1"),
  subject: text,
  deployment: text,
  planId: text,
  at: text,
});
