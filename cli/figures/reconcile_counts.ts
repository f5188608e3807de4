import type { ReconcileRun } from "../../reconcile/upkeep/reconcile_run.ts";

/** Reconciles of one deployment that ended in the same way. */
export interface ReconcileCount extends Pick<ReconcileRun, "deployment" | "result"> {
  readonly count: number;
}

/** Counts the reconciles of this process by how they end. */
export class ReconcileCounts {
  readonly #counts = new Map<string, ReconcileCount>();

  /** Counts one. */
  readonly add = ({ deployment, result }: ReconcileRun): void => {
    const key = `${deployment} ${result}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { deployment, result, count });
  };

  /** All so far. */
  list(): readonly ReconcileCount[] {
    return [...this.#counts.values()];
  }
}
