import { isRecord } from "../json/json.ts";

/** True when no two items of a list are equal, as JSON has it; takes linear time. */
export function haveNoEqual(items: readonly unknown[]): boolean {
  const scalars = new Set<unknown>();
  const keys = new Set<string>();
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    if (typeof item === "object" && item !== null) keys.add(keyOf(item));
    else scalars.add(item);
    if (scalars.size + keys.size <= i) return false;
  }
  return true;
}

/** A text that is the same for equal values only. */
function keyOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "undefined";
  const members = Object.keys(value).sort().map((name) =>
    `${JSON.stringify(name)}:${keyOf(value[name])}`
  );
  return `{${members.join()}}`;
}
