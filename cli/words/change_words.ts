import { changeEntry } from "../../reconcile/changes/catalogue.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { placeText } from "./change_place.ts";
import { changedValues, exampleText } from "./change_values.ts";
import { wayOutText } from "./way_out.ts";

/** A change in plain lines, for formats that have no layout of their own. */
export function changeWords(change: Change): readonly string[] {
  const entry = changeEntry(change.code);
  const { before, after } = changedValues(change);
  const values = before === undefined && after === undefined
    ? undefined
    : `${before ?? "nothing"} → ${after ?? "nothing"}`;
  return [
    `${placeText(change)}: ${entry?.title ?? change.code}`,
    ...(values === undefined ? [] : [values]),
    `because ${change.reason}`,
    ...(change.example === undefined ? [] : [`example: ${exampleText(change.example)}`]),
    ...(entry?.severity === "dangerous"
      ? [entry.danger, `To do: ${wayOutText(change, entry)}`]
      : []),
  ];
}
