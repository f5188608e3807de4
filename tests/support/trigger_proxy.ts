/** Stands between a client and a server, and goes silent when the client says a certain thing. */
export class TriggerProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #open = new Set<Deno.TcpConn>();
  #trigger: ((said: string) => boolean) | undefined;
  #triggered = Promise.withResolvers<void>();
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

  /**
   * From the moment that the client says something of which this is true, nothing that the server says
   * arrives any more; what the client says still does. Resolves at that moment.
   */
  holdAfter(trigger: (said: string) => boolean): Promise<void> {
    this.#triggered = Promise.withResolvers();
    this.#trigger = trigger;
    return this.#triggered.promise;
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
      this.#pump(client, server, (bytes) => this.#hear(bytes));
      this.#pump(server, client, () => this.#held?.promise);
    }
  }

  #hear(bytes: Uint8Array): void {
    if (!this.#trigger?.(new TextDecoder("latin1").decode(bytes))) return;
    this.#trigger = undefined;
    this.#held = Promise.withResolvers();
    this.#triggered.resolve();
  }

  async #pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    gate: (bytes: Uint8Array) => Promise<void> | void,
  ): Promise<void> {
    try {
      for await (const bytes of from.readable) {
        await gate(bytes);
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
