import { join } from "node:path";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import { err, type Result } from "../../contracts/result.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { TrellisClient } from "../../runtime/client/client.ts";
import type { ServableHandlers } from "../../runtime/service/define_handlers.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { findServerBinary } from "../nats_server/binary/server_binary.ts";
import { startServer } from "../nats_server/start_server.ts";

/** What a test Trellis runs. */
export interface StartTrellisOptions {
  /** Services to run: the default exports of handlers files. */
  readonly services?: readonly ServableHandlers[];
  /** Contracts to accept and reconcile without handlers, for services that the test connects. */
  readonly contracts?: readonly Contract[];
}

/** A private Trellis; dispose of it at the end of the test. */
export interface TestTrellis extends AsyncDisposable {
  /** Address of the NATS server. */
  readonly servers: string;
  /** A typed client for the RPCs that a contract declares and uses; closed with the Trellis. */
  client<B extends ContractBody>(contract: Contract<B>): Promise<TrellisClient<B>>;
  /** A connected service without handlers, for a contract that was given in `contracts`. */
  service<B extends ContractBody>(contract: Contract<B>): Promise<TrellisService<B>>;
  /** Stops everything. */
  stop(): Promise<void>;
}

/** Starts a private Trellis. Throws when it cannot, with what to do. */
export async function startTrellis(options: StartTrellisOptions = {}): Promise<TestTrellis> {
  await using cleanup = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "trellis-test-" });
  cleanup.defer(() => Deno.remove(directory, { recursive: true }));
  const binary = explained(await findServerBinary({}));
  const server = explained(
    await startServer({ binary: binary.path, storeDir: join(directory, "nats"), port: 0 }),
  );
  cleanup.use(server);
  const servers = server.url;

  const services = options.services ?? [];
  const contracts = [...services.map(({ contract }) => contract), ...options.contracts ?? []];
  await accept(contracts, servers);
  const running: AsyncDisposable[] = [];
  cleanup.defer(async () => {
    await Promise.all(running.map((participant) => participant[Symbol.asyncDispose]()));
  });
  await Promise.all(services.map(async (defined) => {
    const service = explained(
      await TrellisService.connect({ contract: defined.contract, servers }),
    );
    running.push(service);
    await service.serve(defined);
  }));

  const owned = cleanup.move();
  return {
    servers,
    async client(contract) {
      const client = explained(await TrellisClient.connect({ contract, servers }));
      running.push(client);
      return client;
    },
    async service(contract) {
      const service = explained(await TrellisService.connect({ contract, servers }));
      running.push(service);
      return service;
    },
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Presents the contracts, accepts what they ask for, and reconciles. */
async function accept(contracts: readonly Contract[], servers: string): Promise<void> {
  const messaging = explained(await connectMessaging({ servers, name: "trellis testing" }));
  try {
    const authority = explained(await openAuthority(messaging.connection));
    const presented = await authority.present(
      contracts.map(({ manifest, digest }) => ({ manifest, digest })),
      { mode: "dev", by: "test" },
    );
    for (const result of presented) {
      const { deployment } = explained(result);
      const { materialized } = explained(await authority.reconcile(deployment));
      const problem = materialized?.problems[0];
      if (problem !== undefined) explained(err(problem));
    }
  } finally {
    await messaging.close();
  }
}

/** The value, or an error with what to do in its message: that is all that a test report shows. */
function explained<T>(
  result: Result<T, { readonly message: string; readonly hint?: string }>,
): T {
  if (result.isOk()) return result.value;
  const { message, hint } = result.error;
  throw new Error(hint === undefined ? message : `${message}; ${hint}`, { cause: result.error });
}
