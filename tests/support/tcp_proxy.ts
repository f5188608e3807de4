/** What a proxy does with bytes on their way: they go on as answered; undefined as they are. */
export interface ProxyHooks {
  /** From the client to the server. */
  fromClient?(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** From the server to the client. */
  fromServer?(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Stands between clients and a server on this machine. */
export class TcpProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #hooks: () => ProxyHooks;
  readonly #open = new Set<Deno.TcpConn>();

  /** @param target address of the server @param hooks made for each connection */
  constructor(target: string, hooks: () => ProxyHooks) {
    this.#target = Number(new URL(target).port);
    this.#hooks = hooks;
    this.#accept();
  }

  /** Where clients connect to. */
  get url(): string {
    return `nats://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Ends the connections; new ones are as before. */
  cut(): void {
    for (const connection of this.#open) this.#end(connection);
  }

  /** Ends everything. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    return Promise.resolve();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target })
        .catch(() => undefined);
      if (server === undefined) {
        client.close();
        continue;
      }
      this.#open.add(client).add(server);
      const hooks = this.#hooks();
      this.#pump(client, server, (bytes) => hooks.fromClient?.(bytes) ?? bytes);
      this.#pump(server, client, (bytes) => hooks.fromServer?.(bytes) ?? bytes);
    }
  }

  async #pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    pass: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  ): Promise<void> {
    try {
      for await (const bytes of from.readable) {
        const passed = await pass(bytes);
        let sent = 0;
        while (sent < passed.length) sent += await to.write(passed.subarray(sent));
      }
    } catch {
      // One side is gone.
    }
    for (const connection of [from, to]) this.#end(connection);
  }

  #end(connection: Deno.TcpConn): void {
    if (!this.#open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // Read to its end, it has closed itself.
    }
  }
}
