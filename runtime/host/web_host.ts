/**
 * What clients have everywhere: pages, workers, Deno and Node. Whoever imports this module connects over
 * WebSocket.
 *
 * @module
 */
import { dialWebSocket } from "../nats/websocket/dial_websocket.ts";
import { diallers } from "../nats/dial/dialler.ts";

diallers.set("websocket", dialWebSocket);
