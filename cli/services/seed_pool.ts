import type { WorkerSession } from "../workers/supervisor.ts";
import type { Seeds } from "./seed_folder.ts";

/** Gives each instance a seed that no other one has at that moment. */
export class SeedPool {
  readonly #free: Map<string, string[]>;

  /** @param seeds all that there are */
  constructor(seeds: Seeds) {
    this.#free = new Map([...seeds].map(([deployment, all]) => [deployment, [...all]]));
  }

  /** The session of an instance, until it is closed. Throws where there are more instances than seeds. */
  open(deployment: string): WorkerSession {
    const free = this.#free.get(deployment);
    const seed = free?.shift();
    if (free === undefined || seed === undefined) throw new Error(`${deployment} has no free seed`);
    return {
      seed,
      close() {
        free.push(seed);
        return Promise.resolve();
      },
    };
  }
}
