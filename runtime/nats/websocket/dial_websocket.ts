import type { Dial } from "../dial/dialler.ts";
import { SocketConnection } from "./socket_connection.ts";

/** Connects over WebSocket, in everything that has it. */
export const dialWebSocket: Dial = (options, key) => SocketConnection.open(options, key);
