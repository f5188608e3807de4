import { RemoteError } from "../../../contracts/errors/remote_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { ErrorClass } from "../../../contracts/errors/trellis_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { KVError } from "../../../runtime/kv/kv_error.ts";
import type { TypedKV } from "../../../runtime/kv/typed_kv.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import { sdk as core } from "../../../contracts/platform/core_sdk.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { DataCommand } from "../../program/command.ts";
import { closest } from "../../command_line/did_you_mean.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { table } from "../../terminal/table.ts";
import { printableJson } from "../../terminal/printable.ts";
import { connectCommand, type Connected } from "../../program/connect_command.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { readJsonSource } from "../../program/json_source.ts";
import { kvPage, type ListedEntry } from "./kv_page.ts";

/** Runs a command that uses what a service offers. */
export async function runData(command: DataCommand, context: CommandContext): Promise<ExitCode> {
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using link = connected;
  if (command.kind === "call") return await call(command, link, context);
  const kv = (await openAlias(command.service, command.alias, link)).take();
  if (isErr(kv)) return failed(context, kv.error);
  switch (command.kind) {
    case "kv_ls":
      return await list(command, kv, context);
    case "kv_get":
      return await get(command.key, kv, context);
    case "kv_put":
      return await put(command, kv, context);
    case "kv_watch":
      return await watch(command.filter, kv, context);
  }
}

type Of<Kind extends DataCommand["kind"]> = Extract<DataCommand, { kind: Kind }>;

async function call(
  command: Of<"call">,
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const records = (await authority.list()).take();
  if (isErr(records)) return failed(context, records.error);
  const manifest = manifestWith(command.rpc, records).take();
  if (isErr(manifest)) return failed(context, manifest.error);
  const answer = await rpcCall(manifest, command.rpc, NO_CLASSES, messaging)(
    input.orThrow(),
    { timeoutMs: command.timeoutMs, signal: context.signal },
  );
  if (answer.isErr()) return failed(context, explainCall(command.rpc, answer.error));
  const value = answer.orThrow();
  context.output.data(asJson(value), () => JSON.stringify(value, null, 2));
  return EXIT_CODE.ok;
}

/** No class is known here: declared errors arrive with their payload. */
const NO_CLASSES: ReadonlyMap<string, ErrorClass> = new Map();

function explainCall(rpc: string, error: Error): ExplainedError {
  const message = error.message.includes(rpc) ? error.message : `${rpc}: ${error.message}`;
  if (error instanceof TransportError) return { message, code: error.code, hint: error.hint };
  if (error instanceof RemoteError) return { message, code: error.payload.type };
  return { message, code: error.name };
}

/** A manifest that holds just the RPC, put together from what its deployment has accepted. */
function manifestWith(
  rpc: string,
  records: readonly AuthorityRecord[],
): Result<ContractManifest, ExplainedError> {
  const names: string[] = Object.keys(core.manifest.rpc ?? {});
  if (names.includes(rpc)) return ok(core.manifest);
  for (const { desired } of records) {
    for (const [subject, surface] of Object.entries(desired?.needs.surfaces ?? {})) {
      if (surface.kind !== "rpc") continue;
      names.push(surface.name);
      if (surface.name !== rpc || desired === undefined) continue;
      const { input = true, output = true } = surface.schemas;
      return ok({
        ...core.manifest,
        id: desired.needs.contract,
        schemas: { input, output },
        rpc: {
          [rpc]: {
            version: "v1",
            subject,
            input: { schema: "input" },
            output: { schema: "output" },
            errors: [],
          },
        },
      });
    }
  }
  const meant = closest(rpc, names);
  return err({
    code: "rpc_not_found",
    message: `no deployment serves the RPC ${rpc}`,
    hint: meant === undefined ? `there are: ${names.join(", ")}` : `did you mean ${meant}?`,
  });
}

async function openAlias(
  deployment: string,
  alias: string,
  { authority, messaging }: Connected,
): Promise<Result<TypedKV<unknown>, ExplainedError>> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  const { kv: bindings = {} } = record.materialized?.bindings ?? {};
  const { kv: needs = {} } = record.desired?.needs.resources ?? {};
  // An alias that nobody declared may be the name of something that every object has.
  const binding = Object.hasOwn(bindings, alias) ? bindings[alias] : undefined;
  const need = Object.hasOwn(needs, alias) ? needs[alias] : undefined;
  if (binding === undefined || need === undefined) {
    const aliases = Object.keys(bindings);
    return err({
      code: "alias_not_found",
      message: `${deployment} has no KV resource "${alias}"`,
      hint: aliases.length === 0 ? "it has none" : `it has: ${aliases.join(", ")}`,
    });
  }
  const { connection } = messaging;
  const schema = typeof need.schema === "object" ? need.schema : {};
  return (await openTypedKV<unknown>({
    connection,
    inboxPrefix: inboxPrefix(messaging.session),
    binding,
    alias,
    schema,
  }))
    .mapErr(({ message, reason }) => ({ message, code: reason }));
}

async function list(
  { filter, limit, offset }: Of<"kv_ls">,
  kv: TypedKV<unknown>,
  context: CommandContext,
): Promise<ExitCode> {
  const query = { limit, offset, ...(filter === undefined ? {} : { filter }) };
  const page = (await kvPage(kv, query)).take();
  if (isErr(page)) return kvFailed(context, page.error);
  const { out } = context.terminal;
  context.output.data(asJson(page), () =>
    table<ListedEntry>(
      page.entries,
      [
        { heading: "key", cell: ({ key }) => key, whole: true },
        {
          heading: "revision",
          cell: ({ revision }) => revision,
          align: "right",
        },
        {
          heading: "value",
          cell: (entry) => "error" in entry ? entry.error.message : JSON.stringify(entry.value),
          paint: (entry) => "error" in entry ? out.style.red : (text) => text,
        },
      ],
      out.columns,
      out.style,
    ));
  const unreadable = page.entries.filter((entry) => "error" in entry).length;
  if (unreadable > 0) {
    const text = unreadable === 1 ? "1 value does" : `${unreadable} values do`;
    context.output.talk(`${text} not fit the schema: write one that fits, or delete the key`);
  }
  const rest = page.count - offset - page.entries.length;
  if (rest > 0) context.output.talk(`${rest} more; --offset ${page.nextOffset}`);
  return EXIT_CODE.ok;
}

async function get(
  key: string,
  kv: TypedKV<unknown>,
  context: CommandContext,
): Promise<ExitCode> {
  const entry = await kv.get(key).take();
  if (isErr(entry)) return kvFailed(context, entry.error);
  context.output.data(asJson(entry), () => JSON.stringify(entry.value, null, 2));
  return EXIT_CODE.ok;
}

async function put(
  { key, value, expectedRevision }: Of<"kv_put">,
  kv: TypedKV<unknown>,
  context: CommandContext,
): Promise<ExitCode> {
  const read = await readJsonSource(value);
  if (read.isErr()) return failed(context, read.error);
  const condition = expectedRevision === undefined ? undefined : { expectedRevision };
  const written = await kv.put(key, read.orThrow(), condition).take();
  if (isErr(written)) return kvFailed(context, written.error);
  context.output.data(asJson(written), `${key} has revision ${written.revision}`);
  return EXIT_CODE.ok;
}

async function watch(
  filter: string | undefined,
  kv: TypedKV<unknown>,
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

function kvFailed(
  context: CommandContext,
  error: { readonly message: string; readonly reason: string },
): ExitCode {
  return failed(context, { message: error.message, code: error.reason });
}

/** What the output takes; values of a KV store and of a reply are JSON already. */
function asJson(value: unknown): object {
  return value as object;
}
