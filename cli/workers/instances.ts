import type { WorkerFailure, WorkerLook } from "./worker_protocol.ts";
import type { Permit } from "./worker_host.ts";
import {
  type ServiceCode,
  Supervisor,
  type SupervisorEvents,
  type SupervisorOptions,
} from "./supervisor.ts";

/** How many workers each service has, and how they are treated. */
export interface InstancesOptions extends SupervisorOptions {
  /** Workers of each deployment; 1 unless given. */
  readonly instances?: number;
}

/**
 * Keeps several workers of each deployment running, each with a session of its own: requests are shared out
 * among them, and one that ends is started again while the others serve.
 */
export class Instances {
  readonly #supervisor: Supervisor;
  readonly #count: number;
  /** What was told of instances that do not run. */
  readonly #told = new Map<string, string>();

  /** @param events is told of instances, as `orders` of the first and `orders/2` of the second */
  constructor(
    events: SupervisorEvents,
    { instances = 1, openSession, ...options }: InstancesOptions,
  ) {
    this.#count = instances;
    this.#supervisor = new Supervisor({
      failed: (name, failure, ...how) => {
        if (this.#isNews(name, failure)) events.failed(name, failure, ...how);
      },
      restarted: (name) => {
        this.#told.delete(name);
        events.restarted(name);
      },
    }, { ...options, openSession: openSession && ((name) => openSession(deploymentOf(name))) });
  }

  /** Makes a worker ready for the service that is started next, once nothing more urgent is at work. */
  prepare(afterMs: number): void {
    this.#supervisor.prepare(afterMs);
  }

  /** Has workers run in this way from now on. */
  configure(settings: SupervisorOptions["settings"]): void {
    this.#supervisor.configure(settings);
  }

  /** How many instances of a deployment answer. */
  running(deployment: string): number {
    return this.#names(deployment).filter((name) => this.#supervisor.isRunning(name)).length;
  }

  /** Whether a deployment has an instance that answers. */
  isRunning(deployment: string): boolean {
    return this.running(deployment) > 0;
  }

  /** Why no instance of a deployment answers; undefined when one does. */
  async trouble(deployment: string): Promise<string | undefined> {
    const troubles = await Promise.all(
      this.#names(deployment).map((name) => this.#supervisor.trouble(name)),
    );
    return troubles.includes(undefined) ? undefined : troubles[0];
  }

  /** How the instances of a deployment are that answer. */
  async look(deployment: string): Promise<readonly WorkerLook[]> {
    const looks = this.#names(deployment).map((name) => this.#supervisor.look(name));
    return (await Promise.all(looks)).filter((look) => look !== undefined);
  }

  /** Digest of the contract whose code runs, or is started again; undefined when there is none. */
  digestOf(deployment: string): string | undefined {
    return this.#names(deployment).map((name) => this.#supervisor.digestOf(name))
      .find((digest) => digest !== undefined);
  }

  /** Whether code could not replace the old one for a reason that passes: whoever ran it runs it again. */
  isPostponed(deployment: string): boolean {
    return this.#names(deployment).some((name) => this.#supervisor.isPostponed(name));
  }

  /**
   * Starts the instances of a deployment, or replaces them one after the other; answers whether all of them
   * are live. Where one cannot be replaced, those behind it stay as they are.
   */
  async run(deployment: string, code: ServiceCode, permit?: Permit): Promise<boolean> {
    const names = this.#names(deployment);
    for (const name of names) this.#told.delete(name);
    if (!this.isRunning(deployment)) {
      const live = await Promise.all(names.map((name) => this.#supervisor.run(name, code, permit)));
      return live.every((isLive) => isLive);
    }
    for (const name of names) {
      if (!await this.#supervisor.run(name, code, permit)) return false;
    }
    return true;
  }

  /** Stops the instances of a deployment, one after the other. */
  async stop(deployment: string): Promise<void> {
    for (const name of this.#names(deployment)) await this.#supervisor.stop(name);
  }

  /** Stops every instance at once; what is in work may take `deadlineMs`. */
  async stopAll(deadlineMs: number): Promise<void> {
    await this.#supervisor.stopAll(deadlineMs);
  }

  /** What keeps one instance from running keeps the others from it, too, and is told once. */
  #isNews(name: string, { message }: WorkerFailure): boolean {
    const isKnown = this.#names(deploymentOf(name))
      .some((other) => other !== name && this.#told.get(other) === message);
    this.#told.set(name, message);
    return !isKnown;
  }

  #names(deployment: string): readonly string[] {
    return Array.from(
      { length: this.#count },
      (_, index) => index === 0 ? deployment : `${deployment}/${index + 1}`,
    );
  }
}

/** The deployment of an instance: no name of a deployment has a slash. */
function deploymentOf(name: string): string {
  return name.split("/")[0] ?? name;
}
