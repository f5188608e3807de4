import type { ValueType } from "../command_line/value_type.ts";
import { err, ok, type Result } from "../../contracts/result.ts";

/** Names of this machine. What a page there sends nobody else reads, with and without TLS. */
const HERE = ["127.0.0.1", "localhost", "[::1]"];

/**
 * The origin of pages that may connect and log people in, exactly as browsers write it. The error is to be
 * read behind the name of its place: `must …`.
 */
export function readPageOrigin(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isKept = url?.protocol === "https:" ||
    (url?.protocol === "http:" && HERE.includes(url.hostname));
  if (
    url !== undefined && isKept && !text.includes("*") &&
    [url.origin, `${url.origin}/`].includes(text)
  ) {
    return ok(url.origin);
  }
  return err("must be an origin as https://app.example.com, or http://localhost:5173 here");
}

/** Such an origin on the command line. */
export const PAGE_ORIGIN: ValueType<string> = {
  placeholder: "origin",
  suggested: { kind: "nothing" },
  read: readPageOrigin,
};
