import { TrellisServer } from "./trellis_server.ts";

/**
 * Three servers on this machine that form a cluster, the first one first. They may have no leader yet:
 * what is asked of JetStream has to wait for it.
 */
export async function startCluster(): Promise<TestCluster> {
  const ports = freePorts(3);
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
  const servers = await Promise.all(ports.map((port) =>
    TrellisServer.start({
      configText: `cluster { name: c, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
    })
  ));
  return {
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

/** The servers of a cluster. */
export interface TestCluster extends AsyncDisposable {
  readonly servers: readonly TrellisServer[];
}

/** Ports that were free a moment ago: the servers of a cluster have to know those of the others. */
export function freePorts(count: number): readonly number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  // TCP listeners have a port.
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
