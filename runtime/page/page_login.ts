import type { Contract } from "../../contracts/define/contract.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { refusedLogin, standingOf } from "../session/log_in.ts";
import type { PortalClient } from "../session/portal_client.ts";
import { BrowserKey } from "./browser_key.ts";
import { forgetKept, keep, readKept } from "./key_database.ts";
import { hereAddress, isSentTab, isWebPage, markSentTab, sendBrowser } from "./web_page.ts";

/** What the person sees of the device; the page's origin, which nobody makes up, is shown beside it. */
const DEVICE = "a web browser";

/** Where a page logs its person in. */
export interface PageLoginOptions {
  readonly contract: Pick<Contract, "id" | "manifest" | "digest">;
  readonly servers: readonly string[];
  readonly name: string;
}

/** A login that this browser was sent to. */
interface BegunLogin {
  readonly id: string;
  readonly url: string;
}

/**
 * The key of this page's person. Where there is none that is good, the browser is sent to the portal with a
 * new one, and the page is loaded again when the person has decided. Nothing secret is in an address: the
 * key stays in this browser, and the page asks the portal what has become of it.
 *
 * Errors: `trellis.login.*`, `trellis.connection.*`, `trellis.bootstrap.failed`.
 */
export async function pageKey(
  options: PageLoginOptions,
): Promise<Result<BrowserKey, TransportError>> {
  const { contract } = options;
  if (!isWebPage()) {
    throw new TypeError('login: "page" is for web pages; elsewhere it is an object');
  }
  const kept = await BrowserKey.load(contract);
  const key = kept ?? (await newKey()).take();
  if (isErr(key)) return key;
  const standing = (await standingOf(key, options)).take();
  if (isErr(standing)) return standing;
  if (standing.kind !== "login") {
    await forgetKept(begunName(contract));
    return ok(key);
  }
  const { portal } = standing;
  const begun = kept && await readBegun(contract);
  const before = begun && await outcomeOf(begun, contract, portal);
  if (before !== undefined) return before;
  // A key is for one session.
  const fresh = kept === undefined ? key : (await newKey()).take();
  if (isErr(fresh)) return fresh;
  const asked = (await portal.ask({
    key: fresh,
    device: DEVICE,
    contract,
    returnTo: hereAddress(),
  })).take();
  if (isErr(asked)) return asked;
  const { id, url } = asked;
  await fresh.keep(contract);
  await keep(begunName(contract), { id, url } satisfies BegunLogin);
  return await send({ id, url });
}

/** What has become of a login before; undefined where it is over. */
async function outcomeOf(
  begun: BegunLogin,
  contract: PageLoginOptions["contract"],
  portal: PortalClient,
): Promise<Result<never, TransportError> | undefined> {
  const now = (await portal.progress(begun.id)).take();
  if (isErr(now)) return now;
  if (now.state === "waiting") {
    if (!isSentTab(begun.id)) return await send(begun);
    markSentTab(undefined);
    return err(left());
  }
  await forgetKept(begunName(contract));
  return now.state === "refused" ? err(refusedLogin()) : undefined;
}

async function send({ id, url }: BegunLogin): Promise<Result<never, TransportError>> {
  markSentTab(id);
  const why = await sendBrowser(url);
  markSentTab(undefined);
  return err(why === "came_back" ? left() : forbidden(url));
}

async function newKey(): Promise<Result<BrowserKey, TransportError>> {
  try {
    return ok(await BrowserKey.generate());
  } catch (cause) {
    return err(
      new TransportError({
        message: "this browser makes no Ed25519 keys",
        code: "trellis.login.unavailable",
        hint: "use a newer one: Chrome 137, Firefox 129 and Safari 17 do",
        cause,
      }),
    );
  }
}

async function readBegun(contract: { readonly id: string }): Promise<BegunLogin | undefined> {
  const kept = await readKept(begunName(contract));
  if (!isRecord(kept)) return undefined;
  const { id, url } = kept;
  return typeof id === "string" && typeof url === "string" ? { id, url } : undefined;
}

/** No contract has such an id. */
function begunName({ id }: { readonly id: string }): string {
  return `${id} login`;
}

function left(): TransportError {
  return new TransportError({
    message: "the login was left before it was finished",
    code: "trellis.login.refused",
    hint: "connect again to go on with it",
  });
}

function forbidden(url: string): TransportError {
  return new TransportError({
    message: "the Content Security Policy of this page does not let it send its browser to log in",
    code: "trellis.login.unavailable",
    hint: `add ${new URL(url).origin} to its form-action`,
  });
}
