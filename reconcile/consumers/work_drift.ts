import { isRecord, type JsonValue } from "../../contracts/json/json.ts";
import type { Deviation, FieldChange } from "../resources/bucket.ts";
import { isLayoutField } from "../resources/stream_layout.ts";
import type {
  ConsumerSettings,
  WorkConsumer,
  WorkOwner,
  WorkStream,
  WorkStreamSettings,
} from "../resources/work_streams.ts";

/** What is compared of a stream or a consumer. */
interface Found {
  readonly owner: WorkOwner | undefined;
  readonly settings: WorkStreamSettings | ConsumerSettings;
  readonly deviations: readonly Deviation[];
}

/** How something of ours is not as it is declared, as far as it can be changed. */
export function changesOf(
  declared: WorkStream | WorkConsumer,
  found: Found,
): readonly FieldChange[] {
  const changes: FieldChange[] = found.deviations.filter(({ repairable }) => repairable)
    .map(({ field, from, to }) => ({ field, from, to }));
  for (const [field, value] of Object.entries(declared.settings)) {
    const [from, to] = [asJson(Reflect.get(found.settings, field)), asJson(value)];
    if (!same(from, to)) changes.push({ field, from, to });
  }
  const [from, to] = [found.owner?.name ?? null, declared.owner.name];
  if (from !== to) changes.push({ field: "name", from, to });
  return changes;
}

/** What of it can never be as it should be. */
export function stuckOf({ deviations }: Pick<Found, "deviations">): readonly FieldChange[] {
  return deviations.filter(({ repairable }) => !repairable);
}

/** Whether changes undo what was done outside Trellis: what is found was never declared. */
export function isOutside(
  changes: readonly FieldChange[],
  before: WorkStreamSettings | ConsumerSettings | undefined,
): boolean {
  return before !== undefined &&
    changes.some(({ field, from }) =>
      field !== "name" && !isLayoutField(field) &&
      // What was not declared before and is not there was not taken away.
      (Object.hasOwn(before, field)
        ? !same(asJson(Reflect.get(before, field)), from)
        : from !== null)
    );
}

function asJson(value: unknown): JsonValue {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function same(a: JsonValue, b: JsonValue): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** The order of subjects and filters means nothing. */
function sorted(value: JsonValue): JsonValue {
  if (!Array.isArray(value)) return value;
  return [...value].map((item) => isRecord(item) ? `${item.from} ${item.to}` : item).sort();
}
