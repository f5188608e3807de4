import { TcpProxy } from "./tcp_proxy.ts";

/** Stands between a client and a server, and can keep the server's answers back. */
export class HoldingProxy extends TcpProxy {
  #held: PromiseWithResolvers<void> | undefined;

  /** @param target address of the server, on this machine */
  constructor(target: string) {
    super(target, () => ({
      fromServer: async (bytes) => {
        await this.#held?.promise;
        return bytes;
      },
    }));
  }

  /** From now on nothing that the server sends arrives. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  /** Ends the connections, with all that was kept back; new ones are as before. */
  override cut(): void {
    super.cut();
    this.#held?.resolve();
    this.#held = undefined;
  }
}
