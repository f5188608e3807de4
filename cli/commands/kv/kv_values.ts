import { isErr } from "../../../contracts/result.ts";
import { KVError } from "../../../runtime/kv/kv_error.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/input/json_source.ts";
import { printableJson } from "../../terminal/printable.ts";
import { table } from "../../terminal/table.ts";
import { kvFailed } from "./kv_failed.ts";
import { listedRow, rowText } from "./kv_rows.ts";
import type { KvPlace, OpenKv } from "./open_kv_alias.ts";

/** Lists a page of keys with their values. */
export async function listKeys(
  { filter, limit, offset }: {
    readonly filter: string | undefined;
    readonly limit: number;
    readonly offset: number;
  },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  const query = { limit, offset, ...(filter === undefined ? {} : { filter }) };
  const found = await kv.list(query).take();
  if (isErr(found)) return kvFailed(context, found.error);
  const page = { ...found, entries: found.entries.map(listedRow) };
  const { out } = context.terminal;
  context.output.data(asJson(page), () =>
    table(
      page.entries,
      [
        { heading: "key", cell: ({ key }) => key, whole: true },
        { heading: "revision", cell: ({ revision }) => revision, align: "right" },
        {
          heading: "value",
          cell: rowText,
          paint: (entry) => "error" in entry ? out.style.red : (text) => text,
        },
      ],
      out.columns,
      out.style,
    ));
  const unreadable = page.entries.filter((entry) => "error" in entry).length;
  if (unreadable > 0) {
    const text = unreadable === 1 ? "1 value does" : `${unreadable} values do`;
    context.output.talk(
      `${text} not fit the schema; if a newer contract wrote it, run that one, else write one that fits`,
    );
  }
  const rest = page.count - offset - page.entries.length;
  if (rest > 0) context.output.talk(`${rest} more; --offset ${page.nextOffset}`);
  return EXIT_CODE.ok;
}

/** Prints the value of a key. */
export async function getValue(
  place: KvPlace & { readonly key: string },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  const entry = await kv.get(place.key).take();
  if (isErr(entry)) return kvFailed(context, entry.error, place);
  context.output.data(asJson(entry), () => JSON.stringify(entry.value, null, 2));
  return EXIT_CODE.ok;
}

/** Writes a value that fits the schema. */
export async function putValue(
  { key, value, expectedRevision }: {
    readonly key: string;
    readonly value: JsonSource;
    /** Opaque; write only if the key still has it. */
    readonly expectedRevision: string | undefined;
  },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  const read = await readJsonSource(value);
  if (read.isErr()) return failed(context, read.error);
  const condition = expectedRevision === undefined ? undefined : { expectedRevision };
  const written = await kv.put(key, read.value, condition).take();
  if (isErr(written)) return kvFailed(context, written.error);
  context.output.data(asJson(written), `${key} has revision ${written.revision}`);
  return EXIT_CODE.ok;
}

/** Prints every change until it is interrupted. */
export async function watchKeys(
  { filter }: { readonly filter: string | undefined },
  { kv }: OpenKv,
  context: CommandContext,
): Promise<ExitCode> {
  const changes = await kv.watch(filter, { signal: context.signal, includeExisting: true }).take();
  if (isErr(changes)) return kvFailed(context, changes.error);
  const { stream } = context.terminal.out;
  stream.watchReader();
  try {
    for await (const change of changes) {
      context.output.data(asJson(change), () => printableJson(asJson(change)));
      await stream.flushed(context.signal);
    }
  } catch (error) {
    if (error instanceof KVError) return kvFailed(context, error);
    throw error;
  }
  return context.signal.aborted ? EXIT_CODE.interrupted : EXIT_CODE.ok;
}

/** What the output takes; values of a KV store and of a reply are JSON already. */
function asJson(value: unknown): object {
  return value as object;
}
