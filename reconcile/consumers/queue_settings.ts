import type { QueueBinding } from "../../contracts/stored/bindings.ts";
import { isRecord, type JsonObject } from "../../contracts/json/json.ts";
import { KEY_LANES } from "../../contracts/stored/job_names.ts";
import { numberOr, waitsOr } from "./group_settings.ts";
import { WORK_DEFAULTS } from "../needs/work_defaults.ts";

/** How a queue works, with every default filled in. */
export interface QueueSettings
  extends Pick<QueueBinding, "concurrency" | "ackWaitMs" | "maxDeliver" | "backoffMs"> {
  /** Classes of priority. */
  readonly classes: number;
  /** How the lanes of its keys are spread; missing: it has no keys. */
  readonly keyed?: {
    /** Durable consumers of each class. */
    readonly parts: number;
    /** In work at once of what one of them delivers. */
    readonly maxActive: number;
  };
}

/** In work at once for each that is allowed of one key, where a queue does not say. */
const KEYS_AT_ONCE = 8;

/** Reads what a queue declares; what it leaves out is as agreed. */
export function queueSettings(declared: JsonObject): QueueSettings {
  const { concurrency, ackWaitMs, maxDeliver, backoffMs, priorities, keyConcurrency } = declared;
  const maxActive = isRecord(keyConcurrency) ? numberOr(keyConcurrency.maxActive, 1) : undefined;
  const atOnce = numberOr(concurrency, maxActive === undefined ? 1 : KEYS_AT_ONCE * maxActive);
  const settings = {
    concurrency: atOnce,
    ackWaitMs: numberOr(ackWaitMs, WORK_DEFAULTS.ackWaitMs),
    maxDeliver: numberOr(maxDeliver, WORK_DEFAULTS.maxDeliver),
    backoffMs: waitsOr(backoffMs, WORK_DEFAULTS.backoffMs),
    classes: numberOr(priorities, 1),
  };
  if (maxActive === undefined) return settings;
  const parts = Math.min(Math.max(Math.floor(atOnce / maxActive), 1), KEY_LANES);
  return { ...settings, keyed: { parts, maxActive } };
}
