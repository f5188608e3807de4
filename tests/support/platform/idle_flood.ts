/** Connections that are opened and left alone. */
export class IdleFlood implements Disposable {
  readonly #connections: Deno.TcpConn[] = [];
  #closed = 0;

  /**
   * Opens so many, one after the other.
   *
   * @param said the beginning of a request; nothing unless given
   */
  static async open(url: string, count: number, said = ""): Promise<IdleFlood> {
    const flood = new IdleFlood();
    const { hostname, port } = new URL(url);
    for (let i = 0; i < count; i++) {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      flood.#connections.push(connection);
      if (said !== "") await connection.write(new TextEncoder().encode(said)).catch(() => {});
      void flood.#readToEnd(connection);
    }
    return flood;
  }

  /** How many the other side has closed. */
  get closed(): number {
    return this.#closed;
  }

  /** Closes the rest. */
  [Symbol.dispose](): void {
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // Its end was read.
      }
    }
  }

  async #readToEnd(connection: Deno.TcpConn): Promise<void> {
    try {
      for await (const _ of connection.readable);
    } catch {
      // It was reset.
    }
    this.#closed++;
  }
}
