import type { Socket } from "node:net";

/**
 * The connections of a server of pages. Where all places are taken, the one that has waited longest without
 * a request gives way: whoever opens many and says nothing keeps nobody out.
 */
export class OpenSockets {
  readonly #most: number;
  /** Without a request in work, the one that waits longest first. */
  readonly #idle = new Set<Socket>();
  /** How many requests each of the others has in work. */
  readonly #busy = new Map<Socket, number>();

  /** @param most connections at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a connection in, or closes it where every other has a request in work. */
  add(socket: Socket): void {
    if (this.#idle.size + this.#busy.size >= this.#most) {
      const [longest = socket] = this.#idle;
      this.#idle.delete(longest);
      longest.destroy();
      if (longest === socket) return;
    }
    this.#idle.add(socket);
    socket.once("close", () => {
      this.#idle.delete(socket);
      this.#busy.delete(socket);
    });
  }

  /** Notes that a request has come. */
  begin(socket: Socket): void {
    this.#idle.delete(socket);
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1);
  }

  /** Notes that a request was answered, or given up. */
  end(socket: Socket): void {
    const left = (this.#busy.get(socket) ?? 1) - 1;
    if (left > 0) return void this.#busy.set(socket, left);
    this.#busy.delete(socket);
    if (!socket.destroyed) this.#idle.add(socket);
  }
}
