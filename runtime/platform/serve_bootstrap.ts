import { type Bootstrap, BOOTSTRAP_SUBJECT } from "../../contracts/stored/bootstrap.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { IncomingRequest, Messaging, ServedSubject } from "../rpc/messaging.ts";
import type { SessionStore } from "./session_store.ts";
import { standingOf } from "./standing.ts";

/** What answering sessions needs. */
export interface BootstrapParts {
  readonly sessions: SessionStore;
  /** The bindings in force of a deployment; undefined when nothing of it was accepted and reconciled. */
  readonly bindings: (deployment: string) => Promise<Bindings | undefined>;
  /** Told of what failed; the session gets no answer, and asks again. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Tells sessions who they are and what they were given, or why they may do nothing. All processes that
 * serve it answer, and the first answer counts: so one that is frozen costs nothing.
 */
export function serveBootstrap(messaging: Messaging, parts: BootstrapParts): ServedSubject {
  return messaging.serve(`${BOOTSTRAP_SUBJECT}.*`, undefined, (request) => {
    answer(request, parts).catch(parts.onError);
  });
}

async function answer(request: IncomingRequest, parts: BootstrapParts): Promise<void> {
  request.reply(JSON.stringify(await bootstrapOf(request.session, parts)));
}

async function bootstrapOf(session: string, parts: BootstrapParts): Promise<Bootstrap> {
  const standing = standingOf(await parts.sessions.get(session), Date.now());
  if (standing.kind === "limbo") return { state: "limbo", reason: standing.reason };
  const { principal, deployment } = standing;
  if (deployment === undefined) return { state: "admitted", principal };
  const bindings = await parts.bindings(deployment);
  if (bindings === undefined) return { state: "limbo", reason: "approval_pending" };
  return { state: "admitted", principal, bindings };
}
