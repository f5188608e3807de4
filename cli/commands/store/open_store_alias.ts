import { err, isErr, type Result } from "../../../contracts/result.ts";
import { STORE_UPLOAD_MS } from "../../../contracts/stored/store_names.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { openObjectStore, typedStore } from "../../../runtime/store/nats/open_typed_store.ts";
import type { TypedStore } from "../../../runtime/store/typed_store.ts";
import { closest } from "../../command_line/did_you_mean.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { DataAudit, type DataEditor } from "../../program/data_audit.ts";
import { RecordedObjectStore } from "./recorded_object_store.ts";

/** How a store is opened. */
export interface OpenOptions {
  /** Opens the place of its objects. */
  readonly open?: typeof openObjectStore;
  /** Is told of entries that cannot be read, which lists leave out then. */
  readonly onUnreadable?: (key: string) => void;
}

/**
 * Opens the store behind an alias of a deployment; the error says which names there are. The audit history
 * is told of what is changed.
 */
export async function openStoreAlias(
  deployment: string,
  alias: string,
  editor: DataEditor & Pick<Connected, "authority">,
  { open = openObjectStore, onUnreadable }: OpenOptions = {},
): Promise<Result<TypedStore, ExplainedError>> {
  const { authority, messaging } = editor;
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) {
    const { message, code, hint } = record.error;
    if (code !== "deployment_not_found") return record;
    const known = await authority.list();
    const names = known.isOk() ? known.value.map((one) => one.deployment) : [];
    return err({ message, code, hint: meant(deployment, names) ?? hint });
  }
  const { store: bindings = {} } = record.materialized?.bindings ?? {};
  const binding = Object.hasOwn(bindings, alias) ? bindings[alias] : undefined;
  if (binding === undefined) return err(notThere(alias, record));
  const options = {
    connection: messaging.line,
    inboxPrefix: inboxPrefix(messaging.session),
    binding,
    alias,
    // Whoever types at the other end of a pipe takes the time that there is.
    stallMs: STORE_UPLOAD_MS,
    onUnreadable,
  };
  const audit = new DataAudit(editor, { deployment, kind: "store", alias });
  return (await open(options))
    .map((store) => typedStore(new RecordedObjectStore(store, audit), options))
    .mapErr(({ message, reason }) => ({ message, code: reason }));
}

function notThere(alias: string, record: AuthorityRecord): ExplainedError {
  const { deployment, desired, materialized } = record;
  const { kv = {}, store = {} } = desired?.needs.resources ?? {};
  const code = "alias_not_found";
  if (Object.hasOwn(store, alias)) {
    const problem = materialized?.problems.find(({ resource }) => resource === `store/${alias}`);
    const { message, hint, command } = problem ?? {
      message: `the store "${alias}" of ${deployment} is not made yet`,
      hint: "reconcile it",
      command: ["svc", deployment, "authority", "reconcile"],
    };
    return { code, message, hint, command };
  }
  const message = `${deployment} has no store "${alias}"`;
  if (Object.hasOwn(kv, alias)) {
    return { code, message, hint: "it is a KV resource", command: ["kv", "ls", deployment, alias] };
  }
  return { code, message, hint: meant(alias, Object.keys(store)) ?? "it has none" };
}

function meant(given: string, names: readonly string[]): string | undefined {
  const near = closest(given, names);
  if (near !== undefined) return `did you mean ${near}?`;
  return names.length === 0 ? undefined : `there are: ${names.join(", ")}`;
}
