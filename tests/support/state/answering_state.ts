import { serveSubject } from "../../../runtime/rpc/nats/served_subject.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";

/** A request that arrived where state is served. */
export interface StateRequest {
  /** As `State.Get`. */
  readonly rpc: string;
  /** The body. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** The last token of the subject. */
  readonly caller: string;
}

/** Gives the answer to a request; undefined: none is ever sent. */
export type AnswerState = (request: StateRequest) => unknown;

/** Answers for the platform as a test says, over a connection of its own. */
export class AnsweringState {
  /** All requests, in order. */
  readonly requests: StateRequest[] = [];
  /** What is answered; a test changes it. */
  answer: AnswerState = () => undefined;

  /** Serves the calls of state. */
  static async serve(messaging: NatsMessaging): Promise<AnsweringState> {
    const served = new AnsweringState();
    for (const rpc of ["State.Get", "State.Put", "State.Delete", "State.List"]) {
      serveSubject(messaging, `rpc.v1.${rpc}.*`, undefined, (request) => {
        const input = readJson(request.text() ?? "");
        if (!isRecord(input)) throw new TypeError("the body of a request is a JSON object");
        const { requestId, session: caller } = request;
        const taken = { rpc, input, requestId, caller };
        served.requests.push(taken);
        const answer = served.answer(taken);
        if (answer !== undefined) request.reply(JSON.stringify(answer));
      });
    }
    await messaging.flush();
    return served;
  }

  /** The inputs of all requests so far, which are forgotten. */
  takeInputs(): readonly unknown[] {
    return this.requests.splice(0).map(({ rpc, input }) => ({ rpc, ...input }));
  }
}
