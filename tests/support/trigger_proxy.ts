import { TcpProxy } from "./tcp_proxy.ts";

/** Stands between a client and a server, and goes silent when the client sends a certain thing. */
export class TriggerProxy extends TcpProxy {
  #trigger: ((sent: string) => boolean) | undefined;
  #triggered = Promise.withResolvers<void>();
  #held: PromiseWithResolvers<void> | undefined;

  /** @param target address of the server, on this machine */
  constructor(target: string) {
    super(target, () => ({
      fromClient: (bytes) => {
        this.#hear(bytes);
        return bytes;
      },
      fromServer: async (bytes) => {
        await this.#held?.promise;
        return bytes;
      },
    }));
  }

  /**
   * From the moment that the client sends something of which this is true, nothing that the server
   * sends arrives any more; what the client sends still does. Resolves at that moment.
   */
  holdAfter(trigger: (sent: string) => boolean): Promise<void> {
    this.#triggered = Promise.withResolvers();
    this.#trigger = trigger;
    return this.#triggered.promise;
  }

  /** Ends the connections, with all that was kept back; new ones are as before. */
  override cut(): void {
    super.cut();
    this.#held?.resolve();
    this.#held = undefined;
  }

  #hear(bytes: Uint8Array): void {
    if (!this.#trigger?.(new TextDecoder("latin1").decode(bytes))) return;
    this.#trigger = undefined;
    this.#held = Promise.withResolvers();
    this.#triggered.resolve();
  }
}
