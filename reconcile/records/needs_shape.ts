/** What the needs of a contract look like where they are stored. */
import { SETTING_NAMES } from "../resources/settings.ts";
import {
  bool,
  count,
  json,
  list,
  mapOf,
  objectOf,
  oneOf,
  optional,
  schema,
  type StoredShape,
  text,
} from "./stored_shape.ts";

const resourceNeed = { required: bool, purpose: text, renamedFrom: optional(text) };

const consumed = { events: list(text), contracts: optional(mapOf(text)) };

const kvNeed = objectOf({
  schema,
  ...counts(SETTING_NAMES.kv),
  ...resourceNeed,
  projection: optional(objectOf({ ...consumed, key: json, version: optional(text) })),
  changes: optional(objectOf({ event: text, deleted: optional(text) })),
  outbox: optional(bool),
});

const storeNeed = objectOf({ ...counts(SETTING_NAMES.store), ...resourceNeed });

/** One number for each name. */
function counts(names: readonly string[]): Record<string, StoredShape> {
  return Object.fromEntries(names.map((name) => [name, count]));
}

const transfer = objectOf({
  direction: oneOf("send", "receive"),
  store: text,
  key: optional(text),
  contentType: optional(text),
  maxBytes: optional(count),
  expiresInMs: optional(count),
});

const surface = objectOf({
  kind: text,
  name: text,
  schemas: mapOf(schema),
  errors: list(text),
  capabilities: mapOf(list(text)),
  errorData: optional(mapOf(schema)),
  signals: optional(mapOf(schema)),
  cancel: optional(bool),
  params: optional(list(text)),
  keep: optional(oneOf("forever")),
  work: optional(mapOf(json)),
  transfer: optional(transfer),
});

const state = objectOf({
  kind: text,
  stateVersion: text,
  schema,
  acceptedVersions: mapOf(schema),
});

const job = objectOf({
  payload: schema,
  payloadVersion: optional(text),
  acceptedVersions: optional(mapOf(schema)),
  result: optional(schema),
  settings: mapOf(json),
});

const consumer = objectOf({ ...consumed, renamedFrom: optional(text), settings: mapOf(json) });

const capability = objectOf({ displayName: text, description: text, consequence: optional(text) });

/** {@link Needs}; members that were added later may be missing. */
export const needsShape: StoredShape = objectOf({
  contract: text,
  kind: text,
  digest: text,
  contracts: mapOf(objectOf({ required: bool, selections: list(text) })),
  surfaces: mapOf(surface),
  capabilities: mapOf(capability),
  resources: objectOf({ kv: mapOf(kvNeed), store: mapOf(storeNeed) }),
  state: optional(mapOf(state)),
  jobs: optional(mapOf(job)),
  consumers: optional(mapOf(consumer)),
  unknown: optional(mapOf(json)),
});
