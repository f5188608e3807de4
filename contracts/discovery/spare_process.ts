import { EvaluationProcess, type ProcessSettings } from "./evaluation_process.ts";

/** Keeps one process ready, so that files which are saved need not wait for it. */
export class SpareProcess implements AsyncDisposable {
  #spare: EvaluationProcess | undefined;
  /** Settings that were asked for last; those of the process that is ready. */
  #settings: ProcessSettings | undefined;

  /** A process with these settings: the one that is ready, else a new one. */
  take(settings: ProcessSettings): EvaluationProcess {
    const isFor = JSON.stringify(settings) === JSON.stringify(this.#settings);
    const spare = this.#spare;
    this.#settings = settings;
    this.#spare = undefined;
    if (spare !== undefined && isFor) return spare;
    spare?.kill();
    return new EvaluationProcess(settings);
  }

  /** Gets a process ready for what was asked for last, unless one is. */
  prepare(): void {
    if (this.#settings !== undefined) this.#spare ??= new EvaluationProcess(this.#settings);
  }

  /** Ends the process that is ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    await spare?.kill();
  }
}
