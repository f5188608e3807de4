import { join, relative } from "node:path";
import type { Discovery } from "../../contracts/discovery/discovery.ts";
import {
  dependentsOf,
  isOnDisk,
  type ModuleGraph,
  modulesOf,
  readModuleGraph,
} from "../../contracts/discovery/module_graph.ts";
import { buildBundle, bundleText } from "../../contracts/manifest/bundle.ts";
import { isErr } from "../../contracts/result.ts";
import { writeWhole } from "../files/write_whole.ts";
import type { ContractReader } from "./contract_reader.ts";
import type { Deployments } from "./deployments.ts";
import { type ContractStatus, type DevReport, isTroubled } from "./dev_report.ts";
import type { FileWatcher } from "./file_watcher.ts";
import type { LaterAttempt } from "./later_attempt.ts";
import type { Project } from "../workers/project.ts";
import type { TypeGate } from "./type_gate.ts";

/** What the runner of a project works with. */
export interface ProjectRunnerParts {
  readonly project: Project;
  readonly contracts: ContractReader;
  readonly deployments: Deployments;
  readonly report: DevReport;
  /** Presents and runs again what may go live without any change. */
  readonly presentLater: LaterAttempt;
  /** The files that have changed and are not taken up yet. */
  readonly waiting: () => Iterable<string>;
  /** Undefined when saved files are left alone. */
  readonly watcher: FileWatcher | undefined;
  /** Has the services that start from now on use a changed configuration. */
  readonly configure: () => Promise<void>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Makes the contracts and the code of a project live, at the start, after a save and after a decision. */
export class ProjectRunner {
  readonly #parts: ProjectRunnerParts;
  #types: TypeGate | undefined;
  /** Deployments and the contracts that nobody serves, as far as it was told. */
  readonly #unserved = new Map<string, string>();
  #graph: ModuleGraph | undefined;
  /** The bundle as it was written last, or why it could not be. */
  #bundle: string | undefined;
  #unwritten: string | undefined;

  /** @param parts the project, its deployments, and what is watched and reported */
  constructor(parts: ProjectRunnerParts) {
    this.#parts = parts;
  }

  /** Runs everything for the first time; answers the contracts that were found. */
  async runAll(): Promise<Discovery["contracts"]> {
    this.#readGraph();
    const { contracts } = await this.#discover();
    const { deployments } = this.#parts;
    await deployments.present(contracts);
    await deployments.run(deployments.names);
    for (const name of deployments.names) {
      // The table of the start has told it.
      this.#unserved.set(name, deployments.status(name).contract.digest);
    }
    this.#notePostponed();
    this.#prepare();
    return contracts;
  }

  /** Lets only code that type-checks go live from now on. */
  async checkTypes(types: TypeGate): Promise<void> {
    this.#types = types;
    // The first check starts the checker's own process; better now than at the first save.
    await this.#typesFit(this.#readGraph(), new Set());
  }

  /** Makes what was saved live. */
  async reload(changed: ReadonlySet<string>): Promise<void> {
    await this.#makeLive(changed);
    this.#prepare();
  }

  async #makeLive(changed: ReadonlySet<string>): Promise<void> {
    const started = performance.now();
    const { deployments, project, report, configure } = this.#parts;
    const graph = this.#readGraph();
    // What a configuration says may be meant for all of them.
    const isConfigured = [...graph.importMap.files].some((file) => changed.has(file));
    if (isConfigured) await configure();
    const dependents = isConfigured ? new Set(graph.modules.keys()) : dependentsOf(graph, changed);
    const typesFit = this.#typesFit(graph, changed);
    // What was loaded is what was checked: what is saved meanwhile has its own turn.
    const isChecked = this.#types !== undefined;
    const permit = async () => await typesFit && (!isChecked || isOnDisk(graph));
    const { contracts, problems } = await this.#discover();
    // Handlers alone are loaded while their types are checked, and serve when they fit. What a changed
    // contract needs has to be there first.
    const early = deployments.hasNews(contracts)
      ? undefined
      : deployments.run(deployments.touchedBy(dependents, []), permit);
    if (!await typesFit) return void await early;
    for (const name of await deployments.stopMissing(contracts, problems)) report.removed(name);
    const presented = await deployments.present(contracts);
    const touched = deployments.touchedBy(dependents, presented);
    const live = await (early ?? deployments.run(touched, permit));
    this.#notePostponed();
    const files = [...changed].map((file) => relative(project.root, file)).sort();
    if (live.length > 0) report.reloaded(live, files, performance.now() - started);
    for (const status of touched.map((name) => deployments.status(name))) {
      if (status.pending !== undefined) report.pending(status);
      else if (isTroubled(status)) report.trouble(status);
      else this.#noteUnserved(status);
    }
  }

  /** Presents and runs again what was refused, or did not start, while NATS did not answer. */
  async presentAgain(): Promise<void> {
    // Only code that type-checks goes live: the save that mends the rest presents it.
    if (this.#types?.isOpen === false) return;
    const started = performance.now();
    const { deployments, report } = this.#parts;
    const refused = new Map(
      deployments.postponed.map((name) => [name, deployments.status(name).refusal]),
    );
    const { contracts } = await this.#discover();
    const presented = await deployments.present(contracts);
    const taken = presented.filter((name) => refused.has(name));
    // Their contracts were taken before.
    const unstarted = deployments.postponed.filter((name) =>
      refused.has(name) && !taken.includes(name) && deployments.status(name).refusal === undefined
    );
    const live = await deployments.run([...taken, ...unstarted]);
    this.#notePostponed();
    if (live.length > 0) report.reloaded(live, [], performance.now() - started);
    for (const name of taken) {
      const status = deployments.status(name);
      if (status.pending !== undefined) report.pending(status);
      else if (status.refusal !== undefined) {
        // The same refusal again is no news.
        if (status.refusal.message !== refused.get(name)?.message) report.trouble(status);
      } else if (isTroubled(status)) report.trouble(status);
      else if (!live.includes(name)) report.reconciled(status);
    }
  }

  /** Takes up a decision, which may come from any terminal. */
  async afterDecision(name: string): Promise<void> {
    const { deployments, report } = this.#parts;
    const isNews = await deployments.afterDecision(name);
    this.#notePostponed();
    if (isNews) {
      const status = deployments.status(name);
      if (status.refusal === undefined) report.reconciled(status);
      if (status.refusal !== undefined || status.lacks !== undefined) report.trouble(status);
    }
    const { complete, lost } = await deployments.followUses(name);
    if (complete.length > 0) report.complete(complete);
    for (const name of lost) report.trouble(deployments.status(name));
  }

  /** Whether files of a deployment have changed that are not taken up yet: what is loaded may be older. */
  isReplaced(name: string): boolean {
    const { deployments, waiting } = this.#parts;
    const changed = new Set(waiting());
    if (this.#graph === undefined || changed.size === 0) return false;
    return deployments.touchedBy(dependentsOf(this.#graph, changed), []).includes(name);
  }

  /** What the next save needs; only now, because starting it would slow down what goes live. */
  #prepare(): void {
    if (!this.#parts.signal.aborted) this.#parts.contracts.prepare();
  }

  /** What the project is made of now, which is watched from now on. */
  #readGraph(): ModuleGraph {
    const { project, watcher } = this.#parts;
    const graph = readModuleGraph(project.entries, project.root);
    watcher?.follow([...graph.modules.keys(), ...graph.importMap.files]);
    return this.#graph = graph;
  }

  async #discover(): Promise<Discovery> {
    const { contracts, report, signal } = this.#parts;
    const found = await contracts.read(signal);
    report.problems(found.problems);
    await this.#writeBundle(found.contracts);
    return found;
  }

  /** Other commands read the bundle; a project that cannot be written runs without it. */
  async #writeBundle(contracts: Discovery["contracts"]): Promise<void> {
    const { project, report } = this.#parts;
    const text = bundleText(buildBundle(contracts));
    if (text === this.#bundle) return;
    const written = (await writeWhole(join(project.stateDir, "manifest.json"), text)).take();
    this.#bundle = isErr(written) ? undefined : text;
    const message = isErr(written) ? written.error.message : undefined;
    if (message !== undefined && message !== this.#unwritten) {
      report.note(`goes on without: ${message}`);
    }
    this.#unwritten = message;
  }

  /** Its bucket and all else is there, and nothing else would say so: once for each contract. */
  #noteUnserved({ deployment, contract, module, version }: ContractStatus): void {
    if (contract.kind !== "service" || module !== undefined) return;
    if (this.#unserved.get(deployment) === contract.digest) return;
    this.#unserved.set(deployment, contract.digest);
    this.#parts.report.note(
      `${deployment} was accepted, as version ${version}; what serves it is missing: ` +
        contract.file.replace(/^contracts\//, "handlers/"),
    );
  }

  #notePostponed(): void {
    const { deployments, presentLater } = this.#parts;
    presentLater.note(deployments.postponed.length > 0);
  }

  async #typesFit(
    graph: ModuleGraph,
    changed: ReadonlySet<string>,
  ): Promise<boolean> {
    if (this.#types === undefined) return true;
    const { project, signal } = this.#parts;
    // Also what nobody has presented or run yet: it goes live with this very save.
    const sources = new Set(project.entries.flatMap((file) => [...modulesOf(graph, file)]));
    return await this.#types.check([...sources].sort(), changed).catch((error) => {
      // Ctrl-C ends what checks as well, perhaps before it is known here.
      if (signal.aborted || error instanceof DOMException && error.name === "AbortError") {
        return false;
      }
      throw error;
    });
  }
}
