import {
  type Bootstrap,
  BOOTSTRAP_SUBJECT,
  type BootstrapQuestion,
  parseBootstrapQuestion,
} from "../../contracts/stored/bootstrap.ts";
import { parseExactJson } from "../../contracts/json/exact_json.ts";
import type { IncomingRequest, ServedSubject } from "../rpc/messaging.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { serveSubject } from "../rpc/nats/served_subject.ts";

/** What answering sessions needs. */
export interface BootstrapParts {
  /** What a session is told. */
  readonly bootstrap: (session: string, question: BootstrapQuestion) => Promise<Bootstrap>;
  /** Told of what failed; the session gets no answer, and asks again. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Questions that are answered at once, of one session and of all. Whoever has a key may ask, also who is
 * nobody: without a bound one of them would keep everybody out. What is not answered is asked again.
 */
const MOST_EACH = 8;
const MOST = 1000;

/**
 * Tells sessions who they are and what they were given, or why they may do nothing. All processes that
 * serve it answer, and the first answer counts: so one that is frozen costs nothing.
 */
export function serveBootstrap(messaging: NatsMessaging, parts: BootstrapParts): ServedSubject {
  const inWork = new Map<string, number>();
  let all = 0;
  return serveSubject(messaging, `${BOOTSTRAP_SUBJECT}.*`, undefined, async (request) => {
    const { session } = request;
    const before = inWork.get(session) ?? 0;
    if (before >= MOST_EACH || all >= MOST) return;
    inWork.set(session, before + 1);
    all++;
    await answer(request, parts).catch(parts.onError);
    all--;
    const left = (inWork.get(session) ?? 0) - 1;
    if (left > 0) inWork.set(session, left);
    else inWork.delete(session);
  });
}

async function answer(request: IncomingRequest, { bootstrap }: BootstrapParts): Promise<void> {
  const said = parseExactJson(request.text() ?? "");
  const question = parseBootstrapQuestion(said.isOk() ? said.value : undefined);
  request.reply(JSON.stringify(await bootstrap(request.session, question)));
}
