import { bindingsKey } from "../../../contracts/stored/authority_records.ts";
import { type Bindings, parseBindings } from "../../../contracts/stored/bindings.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { readJson } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { Link } from "../../nats/link/link.ts";
import { readAuthorityText, unreadable } from "./read_authority_text.ts";

/** Reads the bindings of a deployment; undefined when there are none. */
export async function readBindings(
  connection: Link,
  deployment: string,
): Promise<Result<Bindings | undefined, TransportError>> {
  const what = `the bindings of ${deployment}`;
  const text = await readAuthorityText(connection, bindingsKey(deployment), what);
  return text.andThen((text) => {
    if (text === undefined) return ok(undefined);
    const bindings = parseBindings(readJson(text));
    return bindings === undefined
      ? err(unreadable(what, "they are not of this version of Trellis"))
      : ok(bindings);
  });
}
