/** Stands between a client and a server, and can keep the server's answers back. */
export class HoldingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  #held: PromiseWithResolvers<void> | undefined;

  /** @param target address of the server, on this machine */
  constructor(target: string) {
    this.#target = Number(new URL(target).port);
    this.#accept();
  }

  /** Where clients connect to. */
  get url(): string {
    return `nats://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** From now on nothing that the server says arrives. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  /** Ends the connections, with all that was kept back; new ones are as before. */
  cut(): void {
    for (const one of this.#open) this.#end(one);
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Ends everything. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    return Promise.resolve();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(client).add(server);
      this.#pump(client, server, () => undefined);
      this.#pump(server, client, () => this.#held?.promise);
    }
  }

  async #pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    gate: () => Promise<void> | undefined,
  ): Promise<void> {
    try {
      for await (const bytes of from.readable) {
        await gate();
        let sent = 0;
        while (sent < bytes.length) sent += await to.write(bytes.subarray(sent));
      }
    } catch {
      // One side is gone.
    }
    for (const one of [from, to]) this.#end(one);
  }

  #end(one: Deno.TcpConn): void {
    if (!this.#open.delete(one)) return;
    try {
      one.close();
    } catch {
      // Read to its end, it has closed itself.
    }
  }
}
