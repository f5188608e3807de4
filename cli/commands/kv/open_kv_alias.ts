import { err, isErr, type Result } from "../../../contracts/result.ts";
import { openKvBucket, typedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import type { KvNeed } from "../../../reconcile/needs/need_types.ts";
import type { KvBucket } from "../../../runtime/kv/kv_bucket.ts";
import type { TypedKV } from "../../../runtime/kv/typed_kv.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { DataAudit, type DataEditor } from "../../program/data_audit.ts";
import { RecordedBucket } from "./recorded_bucket.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** Which KV resource is meant. */
export interface KvPlace {
  /** The deployment that owns it. */
  readonly service: string;
  readonly alias: string;
}

/** A KV resource: its values, and the bytes that they are stored as. */
export interface OpenKv {
  readonly kv: TypedKV<unknown>;
  readonly bucket: KvBucket;
  /** What is declared of it. */
  readonly need: KvNeed;
}

/** Opens a bucket. */
export type OpenBucket = typeof openKvBucket;

/**
 * Opens the KV resource behind an alias of a deployment; the error says which names there are. The audit
 * history is told of what is changed.
 *
 * @param open opens the bucket itself, unless it is open already
 */
export async function openKvAlias(
  { service, alias }: KvPlace,
  editor: DataEditor & Pick<Connected, "authority">,
  open: OpenBucket = openKvBucket,
): Promise<Result<OpenKv, ExplainedError>> {
  const { authority, messaging } = editor;
  const record = (await authority.show(service)).take();
  if (isErr(record)) return record;
  const { kv: bindings = {} } = record.materialized?.bindings ?? {};
  const { kv: needs = {} } = record.desired?.needs.resources ?? {};
  // An alias that is not declared may be the name of something that every object has.
  const binding = Object.hasOwn(bindings, alias) ? bindings[alias] : undefined;
  const need = Object.hasOwn(needs, alias) ? needs[alias] : undefined;
  if (binding === undefined || need === undefined) {
    const aliases = Object.keys(bindings);
    return err({
      code: "alias_not_found",
      message: `${service} has no KV resource "${alias}"`,
      hint: aliases.length === 0 ? "it has none" : `it has: ${aliases.join(", ")}`,
    });
  }
  const schema = typeof need.schema === "object" ? need.schema : {};
  const opened = await open({
    connection: messaging.line,
    inboxPrefix: inboxPrefix(messaging.session),
    binding,
  });
  const audit = new DataAudit(editor, { deployment: service, kind: "kv", alias });
  return opened.map((stored) => {
    const bucket = new RecordedBucket(
      stored,
      audit,
      need.projection &&
        `${alias} is a projection: its values are made of events, and of nothing else`,
    );
    return { bucket, need, kv: typedKV<unknown>(bucket, { binding, alias, schema }) };
  }).mapErr(({ message, reason }) => ({ message, code: reason }));
}
