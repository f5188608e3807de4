import { err, isErr, type Result } from "../../../contracts/result.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import type { TypedKV } from "../../../runtime/kv/typed_kv.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** Opens the KV resource behind an alias of a deployment; the error says which names there are. */
export async function openKvAlias(
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
