import type { Contract } from "../../contracts/define/contract.ts";
import { provision } from "../../tests/support/deployed.ts";
import { TrellisServer } from "../../tests/support/trellis_server.ts";

/** A server that lets in everybody, so that all who are compared use the same one, with these contracts. */
export async function startPlainServer(
  contracts: readonly Contract[] = [],
): Promise<TrellisServer> {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await TrellisServer.start());
  const authority = await server.authority();
  for (const contract of contracts) await provision(authority, contract);
  cleanup.move();
  return server;
}
