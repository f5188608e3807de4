import { EvaluationProcess, type ProcessSettings } from "./evaluation_process.ts";

/** Keeps one process ready, so that files which are saved need not wait for it. */
export class SpareProcess implements AsyncDisposable {
  #spare: { readonly key: string; readonly process: EvaluationProcess } | undefined;

  /** The process that is ready for these settings, else a new one. */
  take(settings: ProcessSettings): EvaluationProcess {
    const spare = this.#spare;
    if (spare?.key !== JSON.stringify(settings)) return new EvaluationProcess(settings);
    this.#spare = undefined;
    return spare.process;
  }

  /** Gets a process ready, unless one is. */
  async prepare(settings: ProcessSettings): Promise<void> {
    const key = JSON.stringify(settings);
    if (this.#spare?.key === key) return;
    await this[Symbol.asyncDispose]();
    this.#spare = { key, process: new EvaluationProcess(settings) };
  }

  /** Ends the process that is ready. */
  async [Symbol.asyncDispose](): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    await spare?.process.kill();
  }
}
