import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import type { AuthorityError } from "../../records/authority_error.ts";
import { attempt } from "../records/stored_message.ts";
import { USERS_BUCKET } from "../../../contracts/stored/own_streams.ts";

const KEY = "portal";
const FORMAT = "trellis.portal.v1";

/** Notes where people log in, for commands that print links. */
export function keepPortalAddress(
  connection: NatsConnection,
  url: string,
): Promise<Result<void, AuthorityError>> {
  return attempt(new ConnectionGate(connection), "note where people log in", async () => {
    const kv = await new Kvm(jetstream(connection)).open(USERS_BUCKET);
    await kv.put(KEY, JSON.stringify({ format: FORMAT, url }));
    return ok();
  });
}

/** Where people log in, as `http://127.0.0.1:41234`; undefined where no process has said so yet. */
export function readPortalAddress(
  connection: NatsConnection,
): Promise<Result<string | undefined, AuthorityError>> {
  return attempt(new ConnectionGate(connection), "read where people log in", async () => {
    const entry = await (await new Kvm(jetstream(connection)).open(USERS_BUCKET)).get(KEY);
    const value = entry?.operation === "PUT" ? readJson(entry.string()) : undefined;
    const isAddress = isRecord(value) && value.format === FORMAT && typeof value.url === "string";
    return ok(isAddress ? String(value.url) : undefined);
  });
}
