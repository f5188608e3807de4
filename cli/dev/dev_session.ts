import { join, relative } from "node:path";
import type { ErrorCode } from "../program/error_code.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { buildBundle, bundleText } from "../../contracts/manifest/bundle.ts";
import {
  createDiscoveryCache,
  discoverContracts,
  type Discovery,
  type DiscoveryCache,
} from "../../contracts/discovery/discovery.ts";
import type { CatalogContract } from "../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { type ServedPlatform, servePlatform } from "../../runtime/platform/serve_core.ts";
import { findOrStartServer, type FoundServer } from "../nats_server/find_or_start.ts";
import { Deployments } from "./deployments.ts";
import type { ContractStatus, DevReport } from "./dev_report.ts";
import { LaterAttempt } from "./later_attempt.ts";
import { Project } from "./project.ts";
import { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { Supervisor } from "../workers/supervisor.ts";
import { startTypeChecker, type TypeChecker } from "../type_check/type_checker.ts";
import { watchFiles } from "./watch_files.ts";

/** How a session runs. */
export interface DevOptions {
  readonly dir: string;
  /** The NATS server to use; without it one is found or started. */
  readonly nats: string | undefined;
  /** A person decides every change. */
  readonly review: boolean;
  /** Reload on changes of files. */
  readonly watch: boolean;
  /** Who runs it. */
  readonly by: string;
  readonly report: DevReport;
  /** Where a server of one's own listens if it can; 4222 unless given. */
  readonly defaultPort?: number | undefined;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

/** Milliseconds after a reload until the next one is prepared. */
const SPARE_MS = 300;

/** Why a session could not start. */
export interface DevFailure {
  readonly message: string;
  readonly hint: string;
  readonly code: ErrorCode;
}

/**
 * One process that does it all: NATS, contracts, plans, reconciliation, services. Reads files, decides
 * with `reconcile/`, and reports what happens.
 */
export class DevSession implements AsyncDisposable {
  readonly #options: DevOptions;
  readonly #project: Project;
  readonly #cache: DiscoveryCache = createDiscoveryCache();
  readonly #deployments: Deployments;
  readonly #supervisor: Supervisor;
  readonly #stop = new AbortController();
  readonly #server: FoundServer;
  readonly #messaging: NatsMessaging;
  readonly #authority: Authority;
  readonly #loop: ReconcileLoop;
  readonly #platform: ServedPlatform;
  readonly #presentLater: LaterAttempt;
  #checker: TypeChecker | undefined;
  /** How the last check of types ended. */
  #typesWell = true;
  /** One thing at a time: reloads and decisions must not overtake each other. */
  #queue: Promise<void> = Promise.resolve();
  #changed = new Set<string>();
  #reloadQueued = false;
  #background: Promise<unknown> = Promise.resolve();

  private constructor(options: DevOptions, parts: Parts) {
    this.#options = options;
    this.#project = parts.project;
    this.#server = parts.server;
    this.#messaging = parts.messaging;
    this.#authority = parts.authority;
    this.#loop = parts.loop;
    this.#platform = servePlatform(parts.messaging, { catalog: () => this.#catalog() });
    const { report } = options;
    this.#supervisor = new Supervisor({
      crashed: (deployment, failure, retry) => report.failed(deployment, failure, false, retry),
      restarted: (deployment) => report.restarted(deployment),
    });
    this.#deployments = new Deployments({
      ...parts,
      supervisor: this.#supervisor,
      report,
      servers: parts.server.url,
      mode: options.review ? "strict" : "dev",
      by: options.by,
      signal: this.#stop.signal,
    });
    const again = () => this.#inOrder(() => this.#presentAgain());
    this.#presentLater = new LaterAttempt(again, this.#stop.signal);
    // Loading what every service needs goes on while NATS and the contracts are looked at.
    this.#supervisor.prepare(0);
  }

  /**
   * Starts a session; resolves when everything that can run does. A start that is interrupted stops what
   * it has started.
   */
  static async start(options: DevOptions): Promise<Result<DevSession, DevFailure>> {
    const started = performance.now();
    const parts = (await connectParts(options)).take();
    if (isErr(parts)) return parts;
    const session = new DevSession(options, parts);
    const interrupted = aborted(options.signal).then(() => INTERRUPTED);
    const failure = await Promise.race([session.#begin(started), interrupted]);
    if (failure === undefined) return ok(session);
    await session.stop();
    return err(failure);
  }

  async #begin(started: number): Promise<DevFailure | undefined> {
    const { watch, report } = this.#options;
    // What is saved during the start is taken up behind it.
    const up = Promise.withResolvers<void>();
    this.#queue = up.promise;
    if (watch) this.#watchFiles();
    const { contracts } = await this.#discover();
    if (!watch && contracts.length === 0) return noContracts(this.#project);
    await this.#present(contracts);
    await this.#deployments.run(this.#deployments.names);
    if (this.#stop.signal.aborted) return undefined;
    report.ready(this.status(), performance.now() - started);
    this.#watchAuthority();
    if (watch) {
      this.#startTypeChecker();
      this.#supervisor.prepare(SPARE_MS);
    }
    up.resolve();
    return undefined;
  }

  /** How every contract stands. */
  status(): readonly ContractStatus[] {
    return this.#deployments.names.map((name) => this.#deployments.status(name));
  }

  /** The NATS server in use. */
  get server(): FoundServer {
    return this.#server;
  }

  /** Resolves with the reason when the NATS server that this session started has ended by itself. */
  async serverEnded(): Promise<void> {
    if (this.#server.process === undefined) return await new Promise(() => {});
    await this.#server.process.exited;
  }

  /** Stops everything that this session started; takes two seconds at most. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#supervisor.stopAll(900);
    await Promise.all([this.#platform.stop(), this.#loop.stop()]);
    await Promise.all([this.#checker?.[Symbol.asyncDispose](), this.#messaging.close()]);
    await this.#server.process?.stop();
    await this.#background;
  }

  /** Stops the session. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #discover(): Promise<Discovery> {
    const { root, stateDir } = this.#project;
    const found = await discoverContracts({
      project: root,
      cache: this.#cache,
      signal: this.#stop.signal,
    });
    this.#options.report.problems(found.problems);
    await mkdir(stateDir, { recursive: true });
    await writeFile(join(stateDir, "manifest.json"), bundleText(buildBundle(found.contracts)));
    return found;
  }

  /** Work that goes on beside everything else, and is waited for at the end. */
  #inBackground(work: Promise<unknown>): void {
    const guarded = work.catch((error) => {
      if (!this.#stop.signal.aborted) this.#options.report.note(`unexpected: ${String(error)}`);
    });
    this.#background = Promise.all([this.#background, guarded]);
  }

  #inOrder(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch((error) => {
      if (this.#stop.signal.aborted) return;
      this.#options.report.note(`unexpected: ${error instanceof Error ? error.stack : error}`);
    });
  }

  /** Decisions may come from any terminal: reconcile, then run what they allow. */
  #watchAuthority(): void {
    const decided = (name: string) => this.#inOrder(() => this.#afterDecision(name));
    this.#inBackground(this.#authority.store.watch(decided, this.#stop.signal));
  }

  async #afterDecision(name: string): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const isNews = await this.#deployments.afterDecision(name);
    this.#presentLater.note(this.#deployments.refusedForNow.length > 0);
    if (!isNews) return;
    const { report } = this.#options;
    const status = this.#deployments.status(name);
    if (status.refusal === undefined) report.reconciled(status);
    else report.trouble(status);
  }

  #watchFiles(): void {
    const { root } = this.#project;
    this.#inBackground(watchFiles(root, (files) => this.#noteChange(files), this.#stop.signal));
  }

  #startTypeChecker(): void {
    const { root } = this.#project;
    this.#checker = startTypeChecker({ projectDir: root, denoPath: Deno.execPath() });
    // The first check starts the checker's own process; better now than at the first save.
    this.#inBackground(this.#typesFit(new Set()));
  }

  #noteChange(files: ReadonlySet<string>): void {
    for (const file of files) this.#changed.add(file);
    if (this.#reloadQueued) return;
    this.#reloadQueued = true;
    this.#inOrder(async () => {
      this.#reloadQueued = false;
      const changed = this.#changed;
      this.#changed = new Set();
      if (!this.#stop.signal.aborted) await this.#reload(changed);
    });
  }

  async #reload(changed: ReadonlySet<string>): Promise<void> {
    const started = performance.now();
    const { report } = this.#options;
    const typesFit = this.#typesFit(changed);
    const { contracts, problems } = await this.#discover();
    // Handlers alone are loaded while their types are checked, and serve when they fit. What a changed
    // contract needs has to be there first.
    const early = this.#deployments.hasNews(contracts)
      ? undefined
      : this.#deployments.run(this.#deployments.touchedBy(changed, []), typesFit);
    if (!await typesFit) return void await early;
    const stopped = await this.#deployments.stopMissing(contracts, problems);
    for (const name of stopped) report.removed(name);
    const presented = await this.#present(contracts);
    const touched = this.#deployments.touchedBy(changed, presented);
    const live = await (early ?? this.#deployments.run(touched));
    const files = [...changed].map((file) => relative(this.#project.root, file)).sort();
    if (live.length > 0) report.reloaded(live, files, performance.now() - started);
    for (const status of touched.map((name) => this.#deployments.status(name))) {
      if (status.pending !== undefined) report.pending(status);
      else if (status.refusal !== undefined || status.problems.length > 0) report.trouble(status);
    }
    this.#supervisor.prepare(SPARE_MS);
  }

  /** What is refused while NATS does not answer is presented again by itself. */
  async #present(contracts: Discovery["contracts"]): Promise<readonly string[]> {
    const presented = await this.#deployments.present(contracts);
    this.#presentLater.note(this.#deployments.refusedForNow.length > 0);
    return presented;
  }

  async #presentAgain(): Promise<void> {
    // Nothing goes live past the types: the save that mends them presents it.
    if (this.#stop.signal.aborted || !this.#typesWell) return;
    const started = performance.now();
    const { report } = this.#options;
    const refused = new Map(
      this.#deployments.refusedForNow.map((name) => [name, this.#deployments.status(name).refusal]),
    );
    const { contracts } = await this.#discover();
    const presented = await this.#present(contracts);
    const taken = presented.filter((name) => refused.has(name));
    const live = await this.#deployments.run(taken);
    if (live.length > 0) report.reloaded(live, [], performance.now() - started);
    for (const name of taken) {
      const status = this.#deployments.status(name);
      if (status.pending !== undefined) report.pending(status);
      else if (status.refusal !== undefined) {
        // The same refusal again is no news.
        if (status.refusal.message !== refused.get(name)?.message) report.trouble(status);
      } else if (status.problems.length > 0) report.trouble(status);
      else if (!live.includes(name)) report.reconciled(status);
    }
  }

  /** Whether the project type-checks; what does not keeps the running code in place. */
  async #typesFit(changed: ReadonlySet<string>): Promise<boolean> {
    if (this.#checker === undefined) return true;
    const checked = this.#checker.check(await this.#deployments.sourceFiles(), [...changed]);
    const problems = await checked.catch((error) => {
      if (this.#stop.signal.aborted) return undefined;
      throw error;
    });
    if (problems === undefined) return false;
    const { root } = this.#project;
    this.#options.report.typeProblems(
      problems.map((problem) => ({ ...problem, file: relative(root, problem.file) || "." })),
    );
    this.#typesWell = problems.length === 0;
    return this.#typesWell;
  }

  async #catalog(): Promise<readonly CatalogContract[]> {
    const records = (await this.#authority.list()).orThrow();
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

const INTERRUPTED: DevFailure = {
  code: "interrupted",
  message: "interrupted before everything was up",
  hint: "what had been started was stopped",
};

function noContracts({ root }: Project): DevFailure {
  return {
    code: "no_contracts",
    message: `no contract in ${join(root, "contracts")} can be run`,
    hint: "mend the problems above, or run deno task init to make a project",
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

interface Parts {
  readonly project: Project;
  readonly server: FoundServer;
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  readonly loop: ReconcileLoop;
}

async function connectParts(options: DevOptions): Promise<Result<Parts, DevFailure>> {
  const { report, nats, defaultPort } = options;
  const project = new Project(options.dir);
  report.working("looking for a NATS server");
  const server = (await findOrStartServer({
    url: nats,
    defaultPort,
    storeDir: join(project.stateDir, "nats"),
    logFile: join(project.stateDir, "nats.log"),
    onProgress: (message) => report.working(message),
  })).take();
  if (isErr(server)) return server;
  if (options.signal.aborted) {
    await server.process?.stop();
    return err(INTERRUPTED);
  }
  report.server(server);
  report.working("reading contracts");
  const messaging = (await connectMessaging({ servers: server.url, name: "trellis" })).take();
  if (isErr(messaging)) {
    await server.process?.stop();
    return messaging;
  }
  const authority = (await openAuthority(messaging.connection)).take();
  if (isErr(authority)) {
    await messaging.close();
    await server.process?.stop();
    return authority;
  }
  const loop = await ReconcileLoop.start({
    authority,
    connection: messaging.connection,
    by: options.by,
    report: (event) => report.reconcile(event),
  });
  return ok({ project, server, messaging, authority, loop });
}
