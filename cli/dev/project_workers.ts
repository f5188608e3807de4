import { DEFAULT_HEAP_MB, WarmWorker } from "../workers/worker_host.ts";
import type { WorkerSettings } from "../workers/worker_process.ts";
import { workerSettings } from "../workers/worker_settings.ts";
import type { Project } from "../workers/project.ts";

/** How the workers of a project run, and the first one of them. */
export interface ProjectWorkers {
  readonly settings: Omit<WorkerSettings, "heapMb">;
  /** Loads what every service needs. */
  readonly spare: WarmWorker;
}

/** Workers that are being opened. */
export type OpeningWorkers = Promise<ProjectWorkers>;

/**
 * Opens the first worker of a project. Apart from the rest of a session, because it takes little code: its process
 * gets ready on another core while the rest is loaded. It ends by itself when this process does.
 */
export async function openProjectWorkers(project: Project): OpeningWorkers {
  const settings = await workerSettings(project);
  return { settings, spare: new WarmWorker({ ...settings, heapMb: DEFAULT_HEAP_MB }) };
}
