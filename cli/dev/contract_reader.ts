import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  createDiscoveryCache,
  discoverContracts,
  type Discovery,
  type DiscoveryCache,
} from "../../contracts/discovery/discovery.ts";
import { evaluationSurroundings } from "../../contracts/discovery/evaluation_surroundings.ts";
import { SpareProcess } from "../../contracts/discovery/spare_process.ts";
import { keepContracts, readKeptContracts } from "./kept_contracts.ts";
import type { Project } from "../workers/project.ts";

/** Milliseconds after a start or a reload until what was found is kept. */
const KEEP_AFTER_MS = 1000;

/** Reads the contracts of a project again and again; files that have not changed cost nothing. */
export class ContractReader implements AsyncDisposable {
  readonly #project: Project;
  #cache = createDiscoveryCache();
  /** What the contracts were evaluated in, as far as that can be known, and what is kept of them on disk. */
  readonly #surroundings: string | undefined;
  #kept = "";
  #keeping: Promise<void> | undefined;
  /** Contracts that are saved find a process ready; missing where files are left alone. */
  readonly #spare: SpareProcess | undefined;
  readonly #stop = new AbortController();
  readonly #ahead: Promise<unknown>;

  /**
   * Begins to read: what has changed since an earlier process takes a process of its own, which goes on while
   * NATS is looked for.
   *
   * @param watch whether files are read again when they are saved
   */
  constructor(project: Project, watch: boolean) {
    this.#project = project;
    this.#spare = watch ? new SpareProcess() : undefined;
    this.#surroundings = evaluationSurroundings(project.root);
    // What fails is not remembered, and fails again for whoever wants to know.
    this.#ahead = this.#begin().catch(() => {});
  }

  /** What the files are now. Rejects with the reason of the signal. */
  async read(signal: AbortSignal): Promise<Discovery> {
    await this.#ahead;
    return await this.#discover(signal);
  }

  /** Gets a process ready for what is saved next, and keeps what was found for the next start. */
  prepare(): void {
    this.#spare?.prepare();
    this.#keeping ??= this.#keep().finally(() => this.#keeping = undefined);
  }

  /** Ends what is under way, and what was kept ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#ahead, this.#keeping]);
    await this.#spare?.[Symbol.asyncDispose]();
  }

  get #file(): string {
    return join(this.#project.stateDir, "contracts.json");
  }

  async #begin(): Promise<void> {
    if (this.#surroundings !== undefined) {
      this.#cache = await readKeptContracts(this.#file, this.#surroundings);
      this.#kept = keysOf(this.#cache);
    }
    await this.#discover(this.#stop.signal);
  }

  async #keep(): Promise<void> {
    const surroundings = this.#surroundings;
    if (surroundings === undefined) return;
    const { signal } = this.#stop;
    // Whoever comes first after a start or a reload is not to wait for it; whoever stops is.
    await delay(KEEP_AFTER_MS, undefined, { signal }).catch(() => {});
    const keys = keysOf(this.#cache);
    if (keys === this.#kept) return;
    // They may have been evaluated in others.
    if (evaluationSurroundings(this.#project.root) !== surroundings) return;
    this.#kept = keys;
    await keepContracts(this.#file, surroundings, this.#cache);
  }

  #discover(signal: AbortSignal): Promise<Discovery> {
    const spare = this.#spare;
    return discoverContracts({
      project: this.#project.root,
      cache: this.#cache,
      ...(spare && { spare }),
      signal,
    });
  }
}

function keysOf(cache: DiscoveryCache): string {
  return JSON.stringify([...cache].map(([path, { key }]) => [path, key]).sort());
}
