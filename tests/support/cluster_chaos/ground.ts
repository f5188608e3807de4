import type { ClusterSettings } from "../nats_cluster.ts";
import { CutRoutes } from "./cut_routes.ts";
import type { Shock } from "./shocks.ts";

/** What the servers of a cluster have to stand on, so that these shocks can strike them. */
export class Ground implements AsyncDisposable {
  /** What the cluster is started with. */
  readonly settings: ClusterSettings;
  /** What cuts servers off. */
  readonly routes: CutRoutes;
  readonly #opened: AsyncDisposableStack;

  private constructor(settings: ClusterSettings, routes: CutRoutes, opened: AsyncDisposableStack) {
    this.settings = settings;
    this.routes = routes;
    this.#opened = opened;
  }

  /** Prepares it. @param settings what the cluster would be started with otherwise */
  static async prepare(shocks: readonly Shock[], settings: ClusterSettings = {}): Promise<Ground> {
    await using opening = new AsyncDisposableStack();
    const routes = opening.use(new CutRoutes());
    // All that the servers say to each other costs twice as much over it.
    const cuttable = shocks.includes("cut") ? { routes: routes.routes } : {};
    return new Ground({ ...settings, ...cuttable }, routes, opening.move());
  }

  /** Ends it, after the cluster. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}
