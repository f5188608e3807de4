import { isSession, sessionOf } from "../../../contracts/identity/caller.ts";
import { isErr } from "../../../contracts/result.ts";
import { inParallel } from "../../../reconcile/authority/in_parallel.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { namedText } from "../../program/person_text.ts";
import { counted } from "../../view/session_view.ts";
import { type OwnSessions, withOwnSessions } from "./own_sessions.ts";
import { noSessionTarget, sessionTarget } from "./session_target.ts";
import { withSessions } from "./with_sessions.ts";

/** Which sessions are meant, as the command was told. */
export interface SessionsValues {
  readonly target: string;
  readonly keys: string | undefined;
}

/** What is done to sessions. */
type Verb = "revoke" | "disconnect";
const DONE: Readonly<Record<Verb, string>> = { revoke: "revoked", disconnect: "disconnected" };

/** Sessions that are ended at once. */
const AT_ONCE = 64;

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
  const wrong = noSessionTarget(text);
  if (wrong !== undefined) return failed(context, wrong);
  const ended = await withOwnSessions(keys, context, (own) => endOwn(verb, text, own, context));
  return ended ?? await withSessions({ keys }, context, async (sessions, { connection }) => {
    const meant = (await sessionTarget(text, connection)).take();
    if (isErr(meant)) return failed(context, meant.error);
    const { target, names } = meant;
    const revoked = (await sessions[verb](target, context.by)).take();
    if (isErr(revoked)) return failed(context, revoked.error);
    if (revoked.sessions.length === 0) return failed(context, noneFound(text, "session" in target));
    const closed = (await revoked.settled).take();
    if (isErr(closed)) return failed(context, closed.error);
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
  const found = (await own.meant(text)).take();
  if (isErr(found)) return failed(context, found.error);
  if (found.count === 0) return failed(context, noneFound(text, isSession(text)));
  const { current = [], others = [] } = Object.groupBy(
    found.sessions,
    ({ isCurrent }) => isCurrent ? "current" : "others",
  );
  for (const some of [others, current]) {
    const ended = await inParallel(some, AT_ONCE, ({ session }) => own[verb](session));
    for (const one of ended) if (one.isErr()) return failed(context, one.error);
  }
  const meant = [...others, ...current];
  const named = meant.map(({ session, principal }) => ({ session, principal }));
  context.output.data(
    { sessions: named },
    () =>
      named.map(({ session, principal }) =>
        `${DONE[verb]} ${session} of ${namedText(principal, own.names)}`
      )
        .join("\n"),
  );
  if (verb === "revoke" && current.length > 0) {
    context.output.talk("that was your login here: trellis login");
  }
  return EXIT_CODE.ok;
}

function noneFound(text: string, isSession: boolean): ExplainedError {
  const message = isSession ? `there is no session ${text}` : `${text} has no sessions`;
  return { code: "not_found", message, hint: "trellis sessions list shows all" };
}
