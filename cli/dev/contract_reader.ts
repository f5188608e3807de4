import {
  createDiscoveryCache,
  discoverContracts,
  type Discovery,
} from "../../contracts/discovery/discovery.ts";
import { SpareProcess } from "../../contracts/discovery/spare_process.ts";

/** Reads the contracts of a project again and again; files that have not changed cost nothing. */
export class ContractReader implements AsyncDisposable {
  readonly #project: string;
  readonly #cache = createDiscoveryCache();
  /** Contracts that are saved find a process ready; missing where files are left alone. */
  readonly #spare: SpareProcess | undefined;
  readonly #stop = new AbortController();
  readonly #ahead: Promise<unknown>;

  /**
   * Begins to read: it takes a process of its own, which goes on while NATS is looked for.
   *
   * @param project its directory
   * @param watch whether files are read again when they are saved
   */
  constructor(project: string, watch: boolean) {
    this.#project = project;
    this.#spare = watch ? new SpareProcess() : undefined;
    // What fails is not remembered, and fails again for whoever wants to know.
    this.#ahead = this.#discover(this.#stop.signal).catch(() => {});
  }

  /** What the files are now. Rejects with the reason of the signal. */
  async read(signal: AbortSignal): Promise<Discovery> {
    await this.#ahead;
    return await this.#discover(signal);
  }

  /** Gets a process ready for what is saved next. */
  prepare(): void {
    this.#spare?.prepare();
  }

  /** Ends what is under way, and what was kept ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ahead;
    await this.#spare?.[Symbol.asyncDispose]();
  }

  #discover(signal: AbortSignal): Promise<Discovery> {
    const spare = this.#spare;
    return discoverContracts({
      project: this.#project,
      cache: this.#cache,
      ...(spare && { spare }),
      signal,
    });
  }
}
