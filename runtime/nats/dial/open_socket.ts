/** Milliseconds that a server has to agree to the end of a connection. */
const FAREWELL_MS = 1000;

/**
 * Opens a socket that ends soon when it is told to. NATS' library waits until everything is sent, and then until
 * the server agrees: over a link that is gone without a word neither happens, and it would never connect again.
 */
export function openSocket(url: string): WebSocket {
  const socket = new WebSocket(url);
  const close = socket.close.bind(socket);
  // What is queued is sent before a socket ends: nobody need wait for it.
  Object.defineProperty(socket, "bufferedAmount", { value: 0 });
  socket.close = (code, reason) => {
    close(code, reason);
    if (socket.readyState === WebSocket.CLOSED) return;
    const timer = setTimeout(() => socket.dispatchEvent(new CloseEvent("close")), FAREWELL_MS);
    socket.addEventListener("close", () => clearTimeout(timer), { once: true });
  };
  return socket;
}
