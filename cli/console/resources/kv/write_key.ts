import { isErr } from "../../../../contracts/result.ts";
import type { OpenKv } from "../../../commands/kv/open_kv_alias.ts";
import { parseJson } from "../../../program/input/json_source.ts";
import type { WriteOutcome } from "../editing/write_outcome.ts";
import { readKey } from "./read_key.ts";

/** What a person has typed. */
export interface TypedEntry {
  readonly key: string;
  /** The value as JSON text. */
  readonly text: string;
  /** The revision that it takes the place of; empty: the key is to be new. */
  readonly revision: string;
}

/** Writes what was typed if it fits the schema and the key still has that revision. */
export async function writeKey(
  opened: OpenKv,
  { key, text, revision }: TypedEntry,
): Promise<WriteOutcome> {
  const value = parseJson(text, "the value").take();
  if (isErr(value)) return { kind: "refused", error: value.error, issues: [] };
  const { kv } = opened;
  const written = revision === ""
    ? await kv.create(key, value).take()
    : await kv.put(key, value, { expectedRevision: revision }).take();
  if (!isErr(written)) return { kind: "written", revision: written.revision };
  const { reason, message, issues = [] } = written.error;
  if (reason === "exists" || reason === "revision_mismatch") {
    const found = (await readKey(opened, key)).take();
    if (!isErr(found)) {
      const current = found?.current.kind === "delete" ? undefined : found?.current;
      return { kind: "conflict", current };
    }
  }
  return { kind: "refused", error: { code: reason, message }, value, issues };
}
