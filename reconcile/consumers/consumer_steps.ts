/** Steps about one durable consumer. */
import type { ByKey } from "../needs/need_types.ts";
import type { BoundWork } from "../records/authority_record.ts";
import {
  consumerKey,
  type WorkConsumer,
  type WorkConsumerState,
} from "../resources/work_streams.ts";
import type { WorkAction } from "./work_action.ts";
import { changesOf, isOutside } from "./work_drift.ts";
import type { WorkRow } from "./work_row.ts";

/** What it takes that a consumer is as it is declared; nothing where it is. */
export function consumerChange(
  row: WorkRow,
  consumer: WorkConsumer,
  state: WorkConsumerState,
  known: BoundWork | undefined,
): readonly WorkAction[] {
  const changes = changesOf(consumer, state);
  if (changes.length === 0) return [];
  const isOutsideChange = isOutside(changes, own(known?.consumers, consumerKey(consumer)));
  const kind = isOutsideChange ? "repair_consumer" : "update_consumer";
  return [{ kind, ...onConsumer(row, consumer), consumer, changes }];
}

/** A consumer goes, with what waits for it alone. */
export function deletion(
  kind: WorkRow["kind"],
  alias: string,
  { stream, name }: Pick<WorkConsumer, "stream" | "name">,
  waiting: readonly string[],
): WorkAction {
  const subject = { kind, alias, name: consumerKey({ stream, name }) };
  return { kind: "delete_consumer", subject, consumer: { stream, name }, waiting };
}

/** What a step about a consumer is about. */
export function onConsumer({ kind, name: alias }: WorkRow, consumer: WorkConsumer) {
  return { subject: { kind, alias, name: consumerKey(consumer) } };
}

function own<T>(map: ByKey<T> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
