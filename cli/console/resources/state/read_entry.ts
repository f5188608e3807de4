import type { JsonValue } from "../../../../contracts/json/json.ts";
import type { StateGetResponse } from "../../../../contracts/platform/models/index.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { AdminState } from "../../../commands/state/admin_state.ts";
import { entryOf } from "../../../commands/state/write_entry.ts";
import type { ExplainedError } from "../../../program/command_context.ts";

/** An entry of State with its version. */
export interface ShownEntry {
  readonly value: JsonValue;
  readonly revision: string;
  readonly updatedAt: string;
  readonly expiresAt: string | undefined;
  /** The version that wrote it. */
  readonly stateVersion: string;
  /** The version of the accepted contract. */
  readonly currentVersion: string;
}

/** Reads an entry; undefined when there is none. The error of what is damaged says so. */
export async function readEntry(
  state: AdminState,
  key: string | undefined,
): Promise<Result<ShownEntry | undefined, ExplainedError>> {
  const named = entryOf(state.place, key).take();
  if (isErr(named)) return named;
  const found = (await state.call("Get", named.input)).take();
  return isErr(found) ? found : ok(shownEntry(found, state));
}

/** What an answer holds; undefined when it holds none. */
export function shownEntry(
  found: StateGetResponse | Extract<StateGetResponse, { readonly found: true }>["entry"],
  { place: { need } }: Pick<AdminState, "place">,
): ShownEntry | undefined {
  if ("found" in found && !found.found) return undefined;
  const entry = "entry" in found ? found.entry : found;
  if (!("revision" in entry)) return undefined;
  const { revision, updatedAt, expiresAt } = entry;
  const declared = need?.stateVersion ?? "no longer declared";
  return {
    // What came over the wire is JSON.
    value: entry.value as JsonValue,
    revision,
    updatedAt,
    expiresAt,
    stateVersion: "stateVersion" in found ? found.stateVersion : declared,
    currentVersion: declared,
  };
}
