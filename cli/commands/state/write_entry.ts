import type { JsonValue } from "../../../contracts/json/json.ts";
import type { StatePutResponse } from "../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { AdminState } from "./admin_state.ts";
import type { StatePlace } from "./state_place.ts";

/** What is to be written. */
export interface EntryToWrite {
  /** Missing in a store of one value. */
  readonly key: string | undefined;
  readonly value: JsonValue;
  /** Write only if the entry still has it; null: only if there is none. */
  readonly expectedRevision: string | null | undefined;
  /** Milliseconds after which the entry expires; undefined: never. */
  readonly ttlMs: number | undefined;
}

/** Writes an entry; the answer says whether its condition held. */
export async function writeEntry(
  state: AdminState,
  { key, value, expectedRevision, ttlMs }: EntryToWrite,
): Promise<Result<StatePutResponse, ExplainedError>> {
  const { holder, isLeft, undeclared } = state.place;
  if (isLeft) return err(noUser(holder.replace("user:", "")));
  if (undeclared !== undefined) return err(undeclared);
  const entry = entryOf(state.place, key).take();
  if (isErr(entry)) return entry;
  return await state.call("Put", {
    ...entry.input,
    value,
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  });
}

/** An entry, as requests and as people name it. */
export interface NamedEntry {
  readonly input: { readonly key?: string };
  readonly text: string;
}

/** A map has keys and a store of one value has none: what does not fit is a typing mistake. */
export function entryOf(
  { store, need, holder }: StatePlace,
  key: string | undefined,
): Result<NamedEntry, ExplainedError> {
  const isMap = need === undefined ? key !== undefined : need.kind === "map";
  if (isMap && key === undefined) {
    const message = `${store} is a map: it is not said which entry is meant`;
    return err({ code: "wrong_kind", message, hint: "name it with --key" });
  }
  if (!isMap && key !== undefined) {
    const message = `${store} holds one value for each holder`;
    return err({ code: "wrong_kind", message, hint: "leave out --key" });
  }
  return ok(
    key === undefined
      ? { input: {}, text: `${store} of ${holder}` }
      : { input: { key }, text: `${key} of ${holder}` },
  );
}
