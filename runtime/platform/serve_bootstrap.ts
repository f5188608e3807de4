import {
  type Bootstrap,
  BOOTSTRAP_SUBJECT,
  type BootstrapQuestion,
  parseBootstrapQuestion,
} from "../../contracts/stored/bootstrap.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import type { IncomingRequest, Messaging, ServedSubject } from "../rpc/messaging.ts";

/** What answering sessions needs. */
export interface BootstrapParts {
  /** What a session is told. */
  readonly bootstrap: (session: string, question: BootstrapQuestion) => Promise<Bootstrap>;
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

async function answer(request: IncomingRequest, { bootstrap }: BootstrapParts): Promise<void> {
  const said = parseExactJson(request.text() ?? "");
  const question = parseBootstrapQuestion(said.isOk() ? said.value : undefined);
  request.reply(JSON.stringify(await bootstrap(request.session, question)));
}
