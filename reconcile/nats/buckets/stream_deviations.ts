import { RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Deviation } from "../../resources/bucket.ts";

/**
 * Where a stream differs from what every bucket has. Only what is declared is compared: a server
 * answers with more fields than it was sent, and what an operator chose beside is left alone.
 */
export function deviationsOf(
  config: StreamConfig,
  declared: Partial<StreamConfig>,
): readonly Deviation[] {
  const found: Deviation[] = [];
  const note = (field: string, from: JsonValue, to: JsonValue, repairable = true) => {
    if (JSON.stringify(from) !== JSON.stringify(to)) found.push({ field, from, to, repairable });
  };
  for (const [field, to] of Object.entries(declared)) {
    const from: unknown = Reflect.get(config, field);
    note(field, plain(from, to), plain(to, to), canChange(field, config));
  }
  note("storage", config.storage, StorageType.File, false);
  note("sealed", config.sealed ?? false, false, false);
  note("mirror", config.mirror?.name ?? null, null, false);
  note("sources", (config.sources ?? []).map(({ name }) => name), []);
  note("subject_transform", config.subject_transform?.dest ?? null, null);
  return found;
}

/** A value for comparison; servers leave out what is false, and write no limit as -1 or 0. */
function plain(value: unknown, declared: unknown): JsonValue {
  if (typeof declared === "boolean") return value === true;
  if (typeof declared === "number") {
    return declared < 0 && !(Number(value) > 0) ? -1 : Number(value);
  }
  if (Array.isArray(declared)) return Array.isArray(value) ? value.map(String) : [];
  return String(value);
}

/** What the server refuses to change once it is so. */
function canChange(field: string, config: StreamConfig): boolean {
  if (config.sealed === true || config.mirror !== undefined) return false;
  if (field === "deny_purge") return false;
  // A stream that may not be purged may not be rolled up either.
  if (field === "allow_rollup_hdrs") return config.deny_purge !== true;
  return field !== "retention" || config.retention !== RetentionPolicy.Workqueue;
}
