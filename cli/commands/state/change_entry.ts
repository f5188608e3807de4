import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import type { AdminState } from "./admin_state.ts";
import { entryOf, writeEntry } from "./write_entry.ts";

/** Prints the value of an entry. */
export async function getEntry(
  { key }: { readonly key: string | undefined },
  state: AdminState,
  context: CommandContext,
): Promise<ExitCode> {
  const entry = entryOf(state.place, key).take();
  if (isErr(entry)) return failed(context, entry.error);
  const found = (await state.call("Get", entry.input)).take();
  if (isErr(found)) return failed(context, found.error);
  if ("found" in found && !found.found) {
    const message = `there is no entry ${entry.text}`;
    return failed(context, { code: "not_found", message });
  }
  context.output.data(found, () => JSON.stringify(found.entry.value, null, 2));
  if ("migrationRequired" in found) {
    const { stateVersion, currentStateVersion } = found;
    context.output.talk(
      `it is of version ${stateVersion}, to be migrated to ${currentStateVersion}`,
    );
  }
  return EXIT_CODE.ok;
}

/** Writes a value that fits the schema. */
export async function putEntry(
  values: {
    readonly key: string | undefined;
    readonly value: JsonSource;
    /** Opaque; write only if the entry still has it. */
    readonly expectedRevision: string | undefined;
    /** Write only if there is no entry. */
    readonly create: boolean;
    /** Milliseconds. */
    readonly ttl: number | undefined;
  },
  state: AdminState,
  context: CommandContext,
): Promise<ExitCode> {
  const { key, create, expectedRevision, ttl } = values;
  if (create && expectedRevision !== undefined) {
    const message = "an entry that is to be created has no revision yet";
    return failed(context, { code: "usage", message, hint: "leave out one of both options" });
  }
  const entry = entryOf(state.place, key).take();
  if (isErr(entry)) return failed(context, entry.error);
  const value = (await readJsonSource(values.value)).take();
  if (isErr(value)) return failed(context, value.error);
  const condition = create ? null : expectedRevision;
  const put = (await writeEntry(state, { key, value, expectedRevision: condition, ttlMs: ttl }))
    .take();
  if (isErr(put)) return failed(context, put.error);
  if (put.applied) {
    context.output.data(put.entry, `${entry.text} has revision ${put.entry.revision}`);
    return EXIT_CODE.ok;
  }
  const { current } = put;
  const there = current && ("migrationRequired" in current ? current.entry : current);
  const message = there === undefined
    ? `nothing was written: there is no entry ${entry.text}`
    : `nothing was written: ${entry.text} has revision ${there.revision}`;
  const hint = "look at it again with `state get`";
  return failed(context, { code: "revision_mismatch", message, hint });
}

/** Deletes an entry, whatever is stored; one that is not there is a typing mistake. */
export async function removeEntry(
  { key, expectedRevision }: {
    readonly key: string | undefined;
    /** Opaque; delete only if the entry still has it. */
    readonly expectedRevision: string | undefined;
  },
  state: AdminState,
  context: CommandContext,
): Promise<ExitCode> {
  const entry = entryOf(state.place, key).take();
  if (isErr(entry)) return failed(context, entry.error);
  const condition = expectedRevision === undefined ? {} : { expectedRevision };
  const removed = (await state.call("Delete", { ...entry.input, ...condition })).take();
  if (isErr(removed)) return failed(context, removed.error);
  if (!removed.deleted) {
    const missing = `there is no entry ${entry.text}`;
    return failed(
      context,
      expectedRevision === undefined ? { code: "not_found", message: missing } : {
        code: "revision_mismatch",
        message: `${missing} of revision ${expectedRevision}`,
        hint: "look at it again with `state get`",
      },
    );
  }
  context.output.data({ removed: key ?? state.place.store }, `removed ${entry.text}`);
  return EXIT_CODE.ok;
}
