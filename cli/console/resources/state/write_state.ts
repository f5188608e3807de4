import type { ValidationIssue } from "../../../../contracts/errors/validation_error.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { isErr } from "../../../../contracts/result.ts";
import { validatorOf } from "../../../../contracts/schema/validator.ts";
import { duration } from "../../../command_line/value_type.ts";
import type { AdminState } from "../../../commands/state/admin_state.ts";
import { writeEntry } from "../../../commands/state/write_entry.ts";
import { parseJson } from "../../../program/input/json_source.ts";
import type { WriteOutcome } from "../editing/write_outcome.ts";
import { schemaOf } from "./open_state.ts";
import { shownEntry } from "./read_entry.ts";

/** What a person has typed. */
export interface TypedState {
  /** Empty in a store of one value. */
  readonly key: string;
  /** The value as JSON text. */
  readonly text: string;
  /** The revision that it takes the place of; empty: there is none yet. */
  readonly revision: string;
  /** A time as `2m`; empty: it does not expire. */
  readonly ttl: string;
}

const TIME = duration("time");

/**
 * Writes what was typed if it fits the schema and the entry still has that revision.
 *
 * @param isReplaced whatever is there is replaced, because it cannot be read
 */
export async function writeState(
  state: AdminState,
  { key, text, revision, ttl }: TypedState,
  isReplaced: boolean,
): Promise<WriteOutcome> {
  const value = parseJson(text, "the value").take();
  if (isErr(value)) return { kind: "refused", error: value.error, issues: [] };
  const ttlMs = ttl.trim() === "" ? undefined : TIME.read(ttl.trim()).take();
  if (isErr(ttlMs)) {
    const message = `the time after which it expires ${ttlMs.error}`;
    return { kind: "refused", error: { code: "usage", message }, value, issues: [] };
  }
  const put = (await writeEntry(state, {
    key: state.place.need?.kind === "map" ? key : undefined,
    value,
    expectedRevision: isReplaced ? undefined : revision === "" ? null : revision,
    ttlMs,
  })).take();
  if (isErr(put)) {
    return { kind: "refused", error: put.error, value, issues: issuesOf(state, value) };
  }
  if (put.applied) return { kind: "written", revision: put.entry.revision };
  return { kind: "conflict", current: put.current && shownEntry(put.current, state) };
}

function issuesOf(state: AdminState, value: JsonValue): readonly ValidationIssue[] {
  const validator = validatorOf(schemaOf(state));
  return validator.check(value) ? [] : validator.issues(value);
}
