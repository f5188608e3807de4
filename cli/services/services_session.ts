import type { DiscoveredContract } from "../../contracts/discovery/discovery.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ContractReader } from "../dev/contract_reader.ts";
import { type DevFailure, INTERRUPTED } from "../dev/dev_options.ts";
import type { ContractStatus, DevReport } from "../dev/dev_report.ts";
import { placedIn } from "../dev/placed_failure.ts";
import { awaitGivenServer, type FoundServer } from "../nats_server/find_or_start.ts";
import { asksForKeys } from "../nats_server/security/asks_for_keys.ts";
import { readInstance } from "../deployments/running_instances.ts";
import type { ServiceLook } from "../figures/prometheus/service_families.ts";
import { Instances } from "../workers/instances.ts";
import type { Project, RunnableModule } from "../workers/project.ts";
import { workerSettings } from "../workers/worker_settings.ts";
import { readSeeds } from "./seed_folder.ts";
import { SeedPool } from "./seed_pool.ts";
import { untilAborted } from "../program/until_aborted.ts";

/** How services run that a control plane elsewhere decides about. */
export interface ServicesOptions {
  readonly project: Project;
  readonly contracts: ContractReader;
  /** The NATS server. */
  readonly nats: string;
  /** Milliseconds to wait for it. */
  readonly waitMs: number | undefined;
  /** Where the seeds of the services are. */
  readonly seedsDir: string;
  /** Workers of each service. */
  readonly instances: number;
  /** Milliseconds that what is in work may take at the end. */
  readonly drainMs: number;
  readonly report: DevReport;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

interface Served {
  readonly contract: DiscoveredContract;
  readonly deployment: string;
  readonly module: RunnableModule;
}

/**
 * The services of a project, and nothing else: each connects with a key of its own, and serves as soon as its
 * contract is accepted. This process holds no key that lets others in, and has no connection.
 */
export class ServicesSession implements AsyncDisposable {
  readonly #served: readonly Served[];
  readonly #instances: Instances;
  readonly #drainMs: number;

  private constructor(served: readonly Served[], instances: Instances, drainMs: number) {
    this.#served = served;
    this.#instances = instances;
    this.#drainMs = drainMs;
  }

  /** Starts all services; resolves when each answers, or was reported and is tried again. */
  static async start(options: ServicesOptions): Promise<Result<ServicesSession, DevFailure>> {
    const started = performance.now();
    const { project, nats, waitMs, signal, report, drainMs } = options;
    const identity = (await awaitGivenServer(nats, {
      waitMs,
      signal,
      onProgress: (message) => report.working(message),
    })).take();
    if (isErr(identity)) return identity;
    const { version, jetstream } = identity;
    const server: FoundServer = {
      url: nats,
      version,
      jetstream,
      source: "given",
      notes: [],
      identity,
    };
    report.server(server);
    report.working("reading contracts");
    const found = await options.contracts.read(signal);
    report.problems(found.problems);
    const served = await servedOf(found.contracts, project);
    if (served.length === 0) return err(nothingServed(project.root));
    const names = served.map(({ deployment }) => deployment);
    const seeds = asksForKeys(server)
      ? (await readSeeds(options.seedsDir, names, options.instances)).take()
      : undefined;
    if (isErr(seeds)) return seeds;
    const pool = seeds && new SeedPool(seeds);
    const instances = new Instances({
      failed: (name, failure, ...how) =>
        report.failed(name, placedIn(project.root, failure), ...how),
      restarted: (name) => report.restarted(name),
    }, {
      settings: await workerSettings(project, [options.seedsDir]),
      instances: options.instances,
      openSession: (deployment) => Promise.resolve(pool?.open(deployment)),
    });
    const session = new ServicesSession(served, instances, drainMs);
    await Promise.race([session.#run(nats), untilAborted(signal)]);
    if (signal.aborted) {
      await session.stop();
      return err(INTERRUPTED);
    }
    report.ready(session.status(), performance.now() - started);
    return ok(session);
  }

  async #run(servers: string): Promise<void> {
    await Promise.all(this.#served.map(({ contract, deployment, module: { style, url } }) => {
      const { digest } = contract;
      return this.#instances.run(deployment, { style, module: url, servers, deployment, digest });
    }));
  }

  /** How every service stands. */
  status(): readonly ContractStatus[] {
    return this.#served.map(({ contract, deployment, module }) => ({
      contract,
      deployment,
      version: undefined,
      pending: undefined,
      buckets: {},
      stores: {},
      problems: [],
      refusal: undefined,
      lacks: undefined,
      module: module.file,
      running: this.#instances.isRunning(deployment),
      instances: this.#instances.running(deployment),
    }));
  }

  /** Why no instance of a deployment answers; undefined when one does. */
  trouble(deployment: string): Promise<string | undefined> {
    return this.#instances.trouble(deployment);
  }

  /** How the instances of each service are, as they say themselves. */
  look(): Promise<readonly ServiceLook[]> {
    return Promise.all(this.#served.map(async ({ deployment }) => {
      const looks = await this.#instances.look(deployment);
      const instances = looks.map(({ connected, stats }) => ({
        connected,
        told: stats.map(readInstance).filter((one) => one !== undefined),
      }));
      return { deployment, instances };
    }));
  }

  /** Lets what is in work end, and stops all services. */
  async stop(): Promise<void> {
    await this.#instances.stopAll(this.#drainMs);
  }

  /** Stops them. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function servedOf(
  contracts: readonly DiscoveredContract[],
  project: Project,
): Promise<readonly Served[]> {
  const all = await Promise.all(contracts.map(async (contract) => {
    const module = await project.moduleOf(contract);
    return module === undefined
      ? []
      : [{ contract, deployment: contractName(contract.id), module }];
  }));
  return all.flat();
}

function nothingServed(root: string): DevFailure {
  return {
    code: "no_contracts",
    message: `${root} has no contract with a file that serves it`,
    hint: "name the directory of the project, which has contracts/ in it",
  };
}
