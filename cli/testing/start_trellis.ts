import { join } from "node:path";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { err, isErr } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { TrellisClient } from "../../runtime/client/client.ts";
import type { ServableHandlers } from "../../runtime/service/define_handlers.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { duration } from "../command_line/value_type.ts";
import { findServerBinary } from "../nats_server/binary/server_binary.ts";
import { generateKeyMaterial, serverKeysOf } from "../nats_server/security/key_material.ts";
import { embeddedServerConfig } from "../nats_server/security/server_config.ts";
import { MIN_SECURED_VERSION } from "../../runtime/nats/server_version.ts";
import { startServer } from "../nats_server/start_server.ts";
import { PLATFORM, SecuredPlatform } from "../platform/secured_platform.ts";
import type { ServiceSession } from "../platform/service_sessions.ts";
import { explained } from "./explained.ts";
import { TestWork } from "./nats/test_work.ts";
import { openUser, type TestUser } from "./test_user.ts";

/** What a test Trellis runs. */
export interface StartTrellisOptions {
  /** Services to run: the default exports of handlers files. */
  readonly services?: readonly ServableHandlers[];
  /**
   * Contracts to accept and reconcile without handlers: for services that the test connects, and what
   * services require of others.
   */
  readonly contracts?: readonly Contract[];
}

/** The time of a test: it goes on as the clock does, and can be moved on. */
export interface TestTime {
  /** What time it is. */
  now(): Date;
  /**
   * Moves it on, by milliseconds or as `"1h"`, `"30m"`, `"10s"`. What waits for a time until then happens on the way, one
   * after the other: delayed jobs, schedules, and tries of what has failed. Events that are tried in their place, as
   * those in order are, wait for the server's own clock.
   */
  advance(by: number | string): Promise<void>;
}

/** A private Trellis; dispose of it at the end of the test. */
export interface TestTrellis extends AsyncDisposable {
  /** Address of the NATS server. It lets in nobody without a key: see {@link TestTrellis.openSession}. */
  readonly servers: string;
  /**
   * A typed client for the RPCs that a contract declares and uses; closed with the Trellis. An admin, who
   * may call everything, unless it says which user it is: then they may call what their contract uses and
   * what their capabilities allow. With the contract of a service they run an app that uses all of its RPCs.
   */
  client<B extends ContractBody>(
    contract: Contract<B>,
    user?: TestUser,
  ): Promise<TrellisClient<B>>;
  /** A connected service without handlers, for a contract that was given in `contracts`. */
  service<B extends ContractBody>(contract: Contract<B>): Promise<TrellisService<B>>;
  /**
   * Resolves when no work is left that could be done now: events that were published are handled and projected,
   * jobs and operations that wait are done or wait for their time or a signal. Throws after 30 seconds unless told
   * otherwise, and says what is left.
   */
  settled(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** The time that services go by. */
  readonly time: TestTime;
  /** The session of an instance of a service, for one that the test connects itself. */
  openSession(contract: Pick<Contract, "id">): Promise<ServiceSession>;
  /** Stops everything. */
  stop(): Promise<void>;
}

/** Starts a private Trellis. Throws when it cannot, with what to do. */
export async function startTrellis(options: StartTrellisOptions = {}): Promise<TestTrellis> {
  await using cleanup = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "trellis-test-" });
  cleanup.defer(() => Deno.remove(directory, { recursive: true }));
  const keys = generateKeyMaterial(Math.floor(Date.now() / 1000));
  const binary = await serverBinary();
  const server = explained(
    await startServer({
      binary,
      storeDir: join(directory, "nats"),
      port: 0,
      configText: embeddedServerConfig(serverKeysOf(keys)),
    }),
  );
  cleanup.use(server);
  const servers = server.url;
  const messaging = explained(
    await connectMessaging({
      servers,
      name: "trellis testing",
      key: keys.platform,
      principal: PLATFORM,
    }),
  );
  cleanup.use(messaging);
  const authority = explained(await openAuthority(messaging.connection, { signer: keys.platform }));

  const work = new TestWork(messaging);

  const services = options.services ?? [];
  const contracts = [...services.map(({ contract }) => contract), ...options.contracts ?? []];
  const [platform] = await Promise.all([
    SecuredPlatform.start({
      servers,
      keys,
      messaging,
      authority,
      approval: { mode: "dev", by: "test" },
      // Whoever was to be let in is refused, and says so.
      onError: (cause) => console.error("letting sessions in:", cause),
    }).then((started) => cleanup.use(explained(started))),
    accept(contracts, authority),
  ]);
  const running: AsyncDisposable[] = [];
  cleanup.defer(async () => {
    await Promise.all(running.map((participant) => participant[Symbol.asyncDispose]()));
  });
  const openSession = ({ id }: Pick<Contract, "id">) => platform.openSession(contractName(id));
  const connect = async <B extends ContractBody>(contract: Contract<B>) => {
    const { seed } = await openSession(contract);
    const service = explained(
      await TrellisService.connect({
        contract,
        trellisUrl: servers,
        sessionKeySeed: seed,
        aheadMs: () => work.aheadMs,
      }),
    );
    running.push(service);
    return service;
  };
  await Promise.all(
    services.map(async (defined) => await (await connect(defined.contract)).serve(defined)),
  );

  const owned = cleanup.move();
  return {
    servers,
    async client<B extends ContractBody>(contract: Contract<B>, user?: TestUser) {
      const connection = user === undefined
        ? { contract, seed: keys.admin.seed }
        : await openUser(platform, contract, user);
      const client = explained(
        await TrellisClient.connect({
          // What a user runs instead of a service has the same names.
          contract: connection.contract as Contract<B>,
          trellisUrl: servers,
          sessionKeySeed: connection.seed,
        }),
      );
      running.push(client);
      return client;
    },
    service: connect,
    settled: ({ timeoutMs } = {}) => work.settled(timeoutMs),
    time: {
      now: () => new Date(work.now),
      advance: async (by) => await work.advance(typeof by === "number" ? by : millisecondsOf(by)),
    },
    openSession,
    stop: () => owned.disposeAsync(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function millisecondsOf(text: string): number {
  const ms = duration("time").read(text).take();
  if (isErr(ms)) throw new RangeError(`the time ${ms.error}`);
  return ms;
}

let found: string | undefined;

/** Looked for once: asking a program for its version takes as long as starting it. */
async function serverBinary(): Promise<string> {
  return found ??= explained(await findServerBinary({ oldest: MIN_SECURED_VERSION })).path;
}

/** Presents the contracts, accepts what they ask for, and reconciles. */
async function accept(contracts: readonly Contract[], authority: Authority): Promise<void> {
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
}
