import { isSession, sessionOf } from "../../../contracts/identity/caller.ts";
import type {
  OpenSession,
  SessionsListResponse,
} from "../../../contracts/platform/models/index.ts";
import { isErr } from "../../../contracts/result.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import { parseSessionTarget } from "../../platform/sessions/sessions.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { personOf } from "../../program/named_users.ts";
import { namedText, nameOfPerson, type UserNames } from "../../program/person_text.ts";
import { counted } from "../../view/session_view.ts";
import { type OwnSessions, withOwnSessions } from "./own_sessions.ts";
import { withSessions } from "./with_sessions.ts";

/** Which sessions are meant, as the command was told. */
export interface SessionsValues {
  readonly target: string;
  readonly keys: string | undefined;
}

/** What is done to sessions. */
type Verb = "revoke" | "disconnect";
const DONE: Readonly<Record<Verb, string>> = { revoke: "revoked", disconnect: "disconnected" };

/** Revokes a session, or all of a principal, and waits until nobody can come in with it. */
export function revokeSessions(values: SessionsValues, context: CommandContext): Promise<ExitCode> {
  return endSessions("revoke", values, context);
}

/** Closes the connections of a session, or of all of a principal; they may come in again. */
export function disconnectSessions(
  values: SessionsValues,
  context: CommandContext,
): Promise<ExitCode> {
  return endSessions("disconnect", values, context);
}

async function endSessions(
  verb: Verb,
  { target: text, keys }: SessionsValues,
  context: CommandContext,
): Promise<ExitCode> {
  const written = parseSessionTarget(text);
  if (written === undefined && nameOfPerson(text) === undefined) {
    return failed(context, {
      code: "usage",
      message: `${text} is neither a session nor a principal`,
      hint: "write a session as trellis sessions list shows it, or a principal as user:ada",
    });
  }
  const ended = await withOwnSessions(keys, context, (own) => endOwn(verb, text, own, context));
  return ended ?? await withSessions({ keys }, context, async (sessions, { connection }) => {
    const person = (await personOf(text, connection)).take();
    if (isErr(person)) return failed(context, person.error);
    const target = person === undefined ? written : { person: person.id };
    if (target === undefined) return failed(context, noUser(nameOfPerson(text) ?? text));
    const revoked = (await sessions[verb](target, context.by)).take();
    if (isErr(revoked)) return failed(context, revoked.error);
    if (revoked.sessions.length === 0) return failed(context, noneFound(text, "session" in target));
    const closed = (await revoked.settled).take();
    if (isErr(closed)) return failed(context, closed.error);
    const names = new Map(person && [[person.id, person.name]]);
    const named = revoked.sessions.map(({ publicKey, principal, revokedAt, revokedBy }) => ({
      session: sessionOf(publicKey),
      principal,
      revokedAt,
      revokedBy,
    }));
    context.output.data({ sessions: named, closed }, () =>
      [
        ...named.map(({ session, principal }) =>
          `${DONE[verb]} ${session} of ${namedText(principal, names)}`
        ),
        `closed ${counted(closed, "connection")}`,
      ].join("\n"));
    return EXIT_CODE.ok;
  });
}

/** Ends sessions by the login of the person; the one by which they act goes last. */
async function endOwn(
  verb: Verb,
  text: string,
  own: OwnSessions,
  context: CommandContext,
): Promise<ExitCode> {
  const listed = (await own.list()).take();
  if (isErr(listed)) return failed(context, listed.error);
  const meant = listed.sessions.filter(isMeantBy(text, own.names));
  if (listed.count > listed.sessions.length) {
    if (!isSession(text)) return failed(context, notAllListed(text, listed));
    // An old one is not listed, and ends all the same.
    if (meant.length === 0) {
      const ended = (await own[verb](text)).take();
      if (isErr(ended)) return failed(context, ended.error);
      context.output.data({ sessions: [{ session: text }] }, `${DONE[verb]} ${text}`);
      return EXIT_CODE.ok;
    }
  }
  if (meant.length === 0) return failed(context, noneFound(text, isSession(text)));
  meant.sort((a, b) => Number(a.isCurrent) - Number(b.isCurrent));
  for (const { session } of meant) {
    const ended = (await own[verb](session)).take();
    if (isErr(ended)) return failed(context, ended.error);
  }
  const named = meant.map(({ session, principal }) => ({ session, principal }));
  context.output.data(
    { sessions: named },
    () =>
      named.map(({ session, principal }) =>
        `${DONE[verb]} ${session} of ${namedText(principal, own.names)}`
      )
        .join("\n"),
  );
  if (verb === "revoke" && meant.at(-1)?.isCurrent) {
    context.output.talk("that was your login here: trellis login");
  }
  return EXIT_CODE.ok;
}

function isMeantBy(text: string, names: UserNames): (open: OpenSession) => boolean {
  const name = nameOfPerson(text);
  return ({ session, principal: { kind, id } }) => {
    if (session === text || `${kind}:${id}` === text) return true;
    const isPerson = kind === "user" || kind === "admin";
    return name !== undefined && isPerson && (id === name || names.get(id) === name);
  };
}

/** Those that are not listed would stay, and nobody would know. */
function notAllListed(
  text: string,
  { sessions, count }: Pick<SessionsListResponse, "sessions" | "count">,
): ExplainedError {
  return {
    code: "usage",
    message:
      `a login sees the newest ${sessions.length} of ${count} sessions, and ${text} may have ` +
      "older ones; none was ended",
    hint: "name the folder with the keys of the deployment (--keys), or end single sessions",
  };
}

function noneFound(text: string, isSession: boolean): ExplainedError {
  const message = isSession ? `there is no session ${text}` : `${text} has no sessions`;
  return { code: "not_found", message, hint: "trellis sessions list shows all" };
}
