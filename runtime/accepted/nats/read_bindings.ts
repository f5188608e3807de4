import { bindingsKey } from "../../../contracts/stored/authority_records.ts";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
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
      ? err(
        unreadable(
          what,
          newerFormat(text, "trellis.bindings.v1") === undefined
            ? "they are not what Trellis stores"
            : "a newer Trellis has written them: update the one that this service imports",
        ),
      )
      : ok(bindings);
  });
}
