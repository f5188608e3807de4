import { join } from "node:path";
import type { CatalogContract } from "../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { keepPortalAddress } from "../../reconcile/nats/users/portal_address.ts";
import { type ServedPlatform, servePlatform } from "../../runtime/platform/serve_platform.ts";
import type { FleetReaderParts } from "../figures/fleet_reader.ts";
import type { FoundServer } from "../nats_server/find_or_start.ts";
import { Instances } from "../workers/instances.ts";
import { workerSettings } from "../workers/worker_settings.ts";
import { connectSession, type SessionParts } from "./connect_session.ts";
import { Deployments } from "./deployments.ts";
import { type DevFailure, type DevOptions, INTERRUPTED } from "./dev_options.ts";
import type { ContractStatus } from "./dev_report.ts";
import { FileWatcher } from "./file_watcher.ts";
import { LaterAttempt } from "./later_attempt.ts";
import { placedIn } from "./placed_failure.ts";
import { ProjectRunner } from "./project_runner.ts";
import type { FindingServer } from "./project_server.ts";
import type { OpeningWorkers } from "./project_workers.ts";
import type { TypeGate } from "./type_gate.ts";
import { WorkQueue } from "./work_queue.ts";
import { untilAborted } from "../program/until_aborted.ts";

/** Milliseconds after a reload until the next one is prepared. */
const SPARE_MS = 300;

/**
 * One process that does it all: NATS, contracts, plans, reconciliation, services. Reads files, decides
 * with `reconcile/`, and reports what happens.
 */
export class DevSession implements AsyncDisposable {
  readonly #options: DevOptions;
  readonly #parts: SessionParts;
  readonly #deployments: Deployments;
  readonly #supervisor: Instances;
  readonly #runner: ProjectRunner;
  readonly #platform: ServedPlatform;
  readonly #stop = new AbortController();
  /** Reloads and decisions must not overtake each other. */
  readonly #queue = new WorkQueue((error) => this.#unexpected(error));
  #types: TypeGate | undefined;
  /** Files that changed and are not taken up yet. */
  #changed = new Set<string>();

  private constructor(
    options: DevOptions,
    parts: SessionParts,
    supervisor: Instances,
  ) {
    this.#options = options;
    this.#parts = parts;
    const { signal } = this.#stop;
    const { project, contracts, report, review, by } = options;
    this.#platform = servePlatform(parts.messaging, { catalog: () => this.#catalog() });
    this.#supervisor = supervisor;
    const deployments = new Deployments({
      ...parts,
      project,
      supervisor,
      report,
      servers: parts.server.url,
      mode: review ? "strict" : "dev",
      by,
      open: parts.platform === undefined,
      services: options.services,
      isReplaced: (name) => this.#runner.isReplaced(name),
      signal,
    });
    this.#deployments = deployments;
    const watcher = options.watch
      ? new FileWatcher({
        entries: () => project.entries,
        folders: [project.contractsDir],
        changed: (files) => this.#noteChange(files),
        unreported: (reason) => report.note(unreportedText(reason)),
        signal,
      })
      : undefined;
    const presentLater = new LaterAttempt(
      () => this.#inOrder(() => this.#runner.presentAgain()),
      signal,
    );
    this.#runner = new ProjectRunner({
      project,
      contracts,
      deployments,
      report,
      presentLater,
      waiting: () => [...this.#changed, ...watcher?.unreported ?? []],
      watcher,
      configure: async () => supervisor.configure(await workerSettings(project)),
      signal,
    });
  }

  /**
   * Starts a session; resolves when everything that can run does. A start that is interrupted stops what
   * it has started.
   *
   * @param finding the server that it is to use, and to stop at its end where it was started for it
   * @param opening how its workers run, and the first of them; undefined where no services run
   */
  static async start(
    options: DevOptions,
    finding: FindingServer,
    opening: OpeningWorkers | undefined,
  ): Promise<Result<DevSession, DevFailure>> {
    const started = performance.now();
    const workers = await opening ?? { settings: await workerSettings(options.project) };
    const connecting = connectSession(options, finding);
    const { report, project } = options;
    const supervisor = new Instances({
      failed: (deployment, failure, ...how) =>
        report.failed(deployment, placedIn(project.root, failure), ...how),
      restarted: (deployment) => report.restarted(deployment),
    }, {
      ...workers,
      instances: options.instances,
      openSession: async (deployment) =>
        await (await connecting).orThrow().platform?.openSession(deployment),
    });
    const parts = (await connecting).take();
    if (isErr(parts)) {
      await supervisor.stopAll(0);
      return parts;
    }
    const session = new DevSession(options, parts, supervisor);
    const interrupted = untilAborted(options.signal).then(() => INTERRUPTED);
    const failure = await Promise.race([session.#begin(started), interrupted]);
    if (failure === undefined) return ok(session);
    await session.stop();
    return err(failure);
  }

  async #begin(started: number): Promise<DevFailure | undefined> {
    const { watch, types, services, report } = this.#options;
    // What is saved during the start is taken up behind it.
    const up = Promise.withResolvers<void>();
    this.#queue.inOrder(() => up.promise);
    const contracts = await this.#runner.runAll();
    if (services && !watch && contracts.length === 0) {
      return noContracts(this.#options.project.root);
    }
    if (this.#stop.signal.aborted) return undefined;
    report.ready(this.status(), performance.now() - started);
    this.#watchConnection();
    this.#watchAuthority();
    this.#queue.inBackground(this.#deployments.reconcileOthers());
    this.#queue.inBackground(this.#openPortal());
    if (watch) this.#supervisor.prepare(SPARE_MS);
    if (watch && types) this.#queue.inBackground(this.#checkTypes(up.resolve));
    else up.resolve();
    return undefined;
  }

  /** Loaded behind the start: nothing before needs it, and from its report on an interruption is an end. */
  async #checkTypes(up: () => void): Promise<void> {
    const { TypeGate } = await import("./type_gate.ts");
    if (this.#stop.signal.aborted) return up();
    this.#types = new TypeGate(this.#options.project.root, this.#options.report);
    const checking = this.#runner.checkTypes(this.#types);
    // What is saved from now on is checked before it runs.
    up();
    await checking;
  }

  /** How every contract stands. */
  status(): readonly ContractStatus[] {
    return this.#deployments.names.map((name) => this.#deployments.status(name));
  }

  /** Why no instance of a deployment answers; undefined when one does. */
  trouble(deployment: string): Promise<string | undefined> {
    return this.#supervisor.trouble(deployment);
  }

  /** Whether the NATS server can be reached, as far as is known. */
  get connected(): boolean {
    return this.#parts.messaging.line.up;
  }

  /** What the figures of everything that runs are read by. */
  get measured(): FleetReaderParts {
    return this.#parts;
  }

  /** The NATS server in use. */
  get server(): FoundServer {
    return this.#parts.server;
  }

  /** Resolves when the NATS server that this session started has ended by itself. */
  async serverEnded(): Promise<void> {
    if (this.server.process === undefined) return await new Promise(() => {});
    await this.server.process.exited;
  }

  /** Stops everything that this session started, services first: what they have in work may take a while. */
  async stop(): Promise<void> {
    const { loop, messaging, server } = this.#parts;
    this.#stop.abort();
    await server.process?.withdraw();
    await this.#supervisor.stopAll(this.#options.drainMs);
    await Promise.all([this.#platform.stop(), this.#parts.state?.stop(), loop.stop()]);
    await this.#parts.console?.[Symbol.asyncDispose]();
    await this.#parts.portal?.[Symbol.asyncDispose]();
    await this.#parts.platform?.[Symbol.asyncDispose]();
    await Promise.all([
      this.#types?.[Symbol.asyncDispose](),
      messaging.close(),
    ]);
    await server.process?.stop();
    await this.#queue.backgroundEnded;
  }

  /** Stops the session. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #unexpected(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#options.report.note(`unexpected: ${error instanceof Error ? error.stack : error}`);
  }

  #inOrder(work: () => Promise<void>): void {
    this.#queue.inOrder(async () => {
      if (!this.#stop.signal.aborted) await work();
    });
  }

  #watchConnection(): void {
    const { report } = this.#options;
    const { signal } = this.#stop;
    const leave = this.#parts.messaging.line.watch((event) => {
      if (event.kind === "disconnected") report.disconnected(event.server);
      if (event.kind === "reconnected") report.reconnected(event.server);
    });
    signal.addEventListener("abort", leave, { once: true });
  }

  /** Decisions may come from any terminal: reconcile, then run what they allow. */
  #watchAuthority(): void {
    const decided = (name: string) => this.#inOrder(() => this.#runner.afterDecision(name));
    this.#queue.inBackground(this.#parts.authority.store.watch(decided, this.#stop.signal));
  }

  /** Behind the start: nobody waits for it. */
  async #openPortal(): Promise<void> {
    const { portal, messaging } = this.#parts;
    if (portal === undefined) return;
    const kept = await keepPortalAddress(messaging.connection, portal.url);
    const firstAdmin = (await portal.firstAdminUrl()).take();
    for (const failed of [kept, firstAdmin, await portal.providers()]) {
      if (isErr(failed)) this.#options.report.note(`the portal: ${failed.error.message}`);
    }
    if (typeof firstAdmin === "string") this.#options.report.firstAdmin(firstAdmin);
  }

  /** What is saved while a reload is under way is taken up by one reload behind it. */
  #noteChange(files: ReadonlySet<string>): void {
    const isQueued = this.#changed.size > 0;
    for (const file of files) this.#changed.add(file);
    if (isQueued) return;
    this.#inOrder(async () => {
      const changed = this.#changed;
      this.#changed = new Set();
      await this.#runner.reload(changed);
      this.#supervisor.prepare(SPARE_MS);
    });
  }

  async #catalog(): Promise<readonly CatalogContract[]> {
    const records = (await this.#parts.authority.list()).orThrow();
    const known = new Map(this.status().map(({ deployment, contract }) => [deployment, contract]));
    return records.flatMap(({ deployment, desired }) => {
      if (desired === undefined) return [];
      const { contract: id, digest } = desired.needs;
      const manifest = known.get(deployment)?.manifest;
      const displayName = manifest?.displayName ?? id;
      return [{ id, digest, deployment, displayName, description: manifest?.description ?? "" }];
    });
  }
}

function unreportedText(reason: string): string {
  return "the system does not report changes of files, so they are looked for every second: " +
    `${reason}; on Linux, fs.inotify.max_user_watches and max_user_instances limit what it reports`;
}

function noContracts(root: string): DevFailure {
  return {
    code: "no_contracts",
    message: `no contract in ${join(root, "contracts")} can be run`,
    hint: "mend the problems above, or run deno task init to make a project",
  };
}
