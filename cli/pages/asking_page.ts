import { err, ok, type Result } from "../../contracts/result.ts";

/** A page that asks for a login. */
export interface AskingPage {
  /** As the browser says, as `https://app.example.com`. */
  readonly origin: string;
  /** Where the browser goes afterwards, on the same origin; missing where it stays. */
  readonly returnTo?: string;
}

/** Characters of an address; it stands in a header. */
const LONGEST_ADDRESS = 2000;

/**
 * The page that asks. Who has no origin is no page, and no browser of theirs could come back. The error is
 * to be read behind `returnTo`.
 *
 * @param origin what the browser says, if it is one; it was looked at
 */
export function readAskingPage(
  origin: string | undefined,
  returnTo: unknown,
): Result<AskingPage | undefined, string> {
  if (returnTo === undefined) return ok(origin === undefined ? undefined : { origin });
  if (origin === undefined) return err("is for pages");
  const url = typeof returnTo === "string" && returnTo.length <= LONGEST_ADDRESS &&
      URL.canParse(returnTo)
    ? new URL(returnTo)
    : undefined;
  // The origin of `blob:https://…` is that of the page, too.
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const isBare = url?.username === "" && url.password === "";
  if (url === undefined || !isWeb || !isBare || url.origin !== origin) {
    return err(`must be an address of ${origin}`);
  }
  return ok({ origin, returnTo: url.href });
}
