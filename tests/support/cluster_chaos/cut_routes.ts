import { type ClusterRoutes, freePorts } from "../nats_cluster.ts";
import { TcpProxy } from "../tcp_proxy.ts";

/** Stands between the servers of a cluster, and can keep from one all that the others say, and the other way round. */
export class CutRoutes implements AsyncDisposable {
  readonly #proxies: { readonly ends: readonly number[]; readonly proxy: TcpProxy }[] = [];
  readonly #cut = new Map<number, PromiseWithResolvers<void>>();

  /** How each server reaches the others; nobody dials a server but through this. */
  readonly routes = (listens: readonly string[]): (server: number) => ClusterRoutes => {
    // They tell each other where they are, too: nobody listens there.
    const [nowhere = 0] = freePorts(1);
    return (server) => ({
      dials: listens.flatMap((address, other) =>
        other === server ? [] : [this.#between(server, other, address)]
      ),
      advertise: `127.0.0.1:${nowhere}`,
    });
  };

  /** From now on nothing arrives at a server from the others, and nothing from it. Clients still reach it. */
  cut(server: number): void {
    this.#cut.set(server, Promise.withResolvers());
  }

  /** What was kept back is lost with its connections; new ones are as before. */
  join(server: number): void {
    for (const { ends, proxy } of this.#proxies) if (ends.includes(server)) proxy.cut();
    this.#cut.get(server)?.resolve();
    this.#cut.delete(server);
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [...this.#cut.keys()]) this.join(server);
    await Promise.all(this.#proxies.map(({ proxy }) => proxy[Symbol.asyncDispose]()));
  }

  #between(from: number, to: number, address: string): string {
    const ends = [from, to];
    const hold = async (bytes: Uint8Array) => {
      for (const end of ends) await this.#cut.get(end)?.promise;
      return bytes;
    };
    const proxy = new TcpProxy(`nats://${address}`, () => ({
      fromClient: hold,
      fromServer: hold,
    }));
    this.#proxies.push({ ends, proxy });
    return new URL(proxy.url).host;
  }
}
