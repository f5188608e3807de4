import { wsconnect } from "@nats-io/nats-core";
import type { Dial } from "./dialler.ts";
import { HeldChallenge } from "./held_challenge.ts";
import { openSocket } from "./open_socket.ts";

/** Connects over WebSocket, in everything that has it. */
export const dialWebSocket: Dial = (options, key) => {
  const challenge = key && new HeldChallenge(key);
  return wsconnect({
    ...options,
    ...(challenge && { authenticator: challenge.authenticator }),
    wsFactory: (url) => {
      const socket = openSocket(url);
      challenge?.hold(socket);
      return Promise.resolve({ socket, encrypted: url.startsWith("wss:") });
    },
  });
};
