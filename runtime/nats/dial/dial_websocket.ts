import { wsconnect } from "@nats-io/nats-core";
import { answerChallenge } from "./answer_challenge.ts";
import type { Dial } from "./dialler.ts";

/** Connects over WebSocket, in everything that has it. */
export const dialWebSocket: Dial = (options, key) =>
  wsconnect({ ...options, ...(key && { authenticator: answerChallenge(key) }) });
