import { wsconnect } from "@nats-io/nats-core";
import type { Dial } from "./dialler.ts";
import { HeldChallenge } from "./held_challenge.ts";

/** Connects over WebSocket, in everything that has it. */
export const dialWebSocket: Dial = (options, key) => {
  if (key === undefined) return wsconnect(options);
  const challenge = new HeldChallenge(key);
  return wsconnect({
    ...options,
    authenticator: challenge.authenticator,
    wsFactory: (url) =>
      Promise.resolve({ socket: challenge.open(url), encrypted: url.startsWith("wss:") }),
  });
};
