import { principalText } from "../../../contracts/identity/principal_text.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TrustedKeys } from "../../../reconcile/records/trusted_keys.ts";
import { endSession } from "../../../runtime/session/end_session.ts";
import { requestBootstrap } from "../../../runtime/session/request_bootstrap.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { commandText } from "../../program/command_text.ts";
import { connectServer } from "../../program/connect_command.ts";
import type { Said } from "../said.ts";
import type { Visitor } from "../visitor.ts";
import type { ConsoleLogin } from "./kept_logins.ts";

/** Things said that are kept for a page that nobody looks at. */
const MOST_SAID = 20;

/** Where visitors are let in. */
export interface VisitorPlace {
  /** Address of the NATS server. */
  readonly url: string;
  /** Who runs the process: on a server that lets in everybody, whoever has its link acts as they. */
  readonly by: string;
  /** Public keys whose signatures count; undefined where none are known. */
  readonly roots: TrustedKeys | undefined;
}

/** A visitor, and their way out. */
export interface OpenVisitor {
  readonly visitor: Visitor;
  /** Whether the NATS server can be reached, as far as is known. */
  readonly isUp: () => boolean;
  /** Ends the session for good. */
  readonly logOut: () => Promise<void>;
  /** Closes the connection; the session goes on. */
  readonly close: () => Promise<void>;
}

/**
 * Lets somebody in who is logged in. Errors: `not_logged_in` when their session is over,
 * `trellis.permission.denied` for somebody who is no admin, and those of connecting.
 */
export async function openVisitor(
  { key, name }: ConsoleLogin,
  { url, by, roots }: VisitorPlace,
): Promise<Result<OpenVisitor, ExplainedError>> {
  const link = (await connectServer({ url, ...(key && { login: { key, name } }) })).take();
  if (isErr(link)) return link;
  const { messaging, principal, authority, signer } = link;
  const logOut = async () => {
    if (principal !== undefined) await endSession(messaging);
  };
  if (authority === undefined) {
    // Who may do nothing here has no use for the session, and nobody else should find one.
    await logOut();
    await messaging.close();
    return err(NO_ADMIN);
  }
  const ended = new AbortController();
  const said: Said[] = [];
  const close = async () => {
    ended.abort();
    await messaging.close();
  };
  const visitor: Visitor = {
    url,
    messaging,
    authority,
    signer,
    roots,
    by: principal === undefined ? by : principalText(principal),
    name,
    isUnverified: principal === undefined,
    signal: ended.signal,
    say: (one) => {
      if (said.length < MOST_SAID) said.push(one);
    },
    takeSaid: () => said.splice(0),
    [Symbol.asyncDispose]: close,
  };
  messaging.line.watch(({ kind }) => {
    if (kind === "closed") ended.abort();
    // The server has closed the connection: it may be that the session is over.
    if (kind === "reconnected" && principal !== undefined) {
      requestBootstrap(messaging).then((bootstrap) => {
        if (bootstrap.isOk() && bootstrap.value.state === "limbo") return close();
      }, () => {});
    }
  });
  return ok({ visitor, isUp: () => messaging.line.up, logOut, close });
}

const NO_ADMIN: ExplainedError = {
  code: "trellis.permission.denied",
  message: "the Console takes an admin, and you are logged in as somebody who is none",
  hint: `an admin makes you one with ${
    commandText(["users", "admin", "give", "<your name>"])
  }; then log in again`,
};
