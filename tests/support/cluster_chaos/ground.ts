import { findServerBinary } from "../../../cli/nats_server/binary/server_binary.ts";
import type { ClusterSettings } from "../nats_cluster.ts";
import { whyNoClocks } from "../process_clock/process_clock.ts";
import { CutRoutes } from "./cut_routes.ts";
import { Namespaces } from "./namespaces.ts";
import { NotPossibleHere } from "./run_tool.ts";
import type { Shock } from "./shocks.ts";
import { SmallDisks } from "./small_disks.ts";

/** Servers that stand on it. */
const SERVERS = [0, 1, 2] as const;

/** What the servers of a cluster have to stand on, so that these shocks can strike them. */
export class Ground implements AsyncDisposable {
  /** What the cluster is started with. */
  readonly settings: ClusterSettings;
  readonly #opened: AsyncDisposableStack;
  readonly #parts: Parts;

  private constructor(settings: ClusterSettings, parts: Parts, opened: AsyncDisposableStack) {
    this.settings = settings;
    this.#parts = parts;
    this.#opened = opened;
  }

  /** Prepares it. @param settings what the cluster would be started with otherwise */
  static async prepare(shocks: readonly Shock[], settings: ClusterSettings = {}): Promise<Ground> {
    const has = (...kinds: readonly Shock[]) => kinds.some((kind) => shocks.includes(kind));
    const why = has("ahead", "behind") ? whyNoClocks() : undefined;
    if (why !== undefined) throw new NotPossibleHere(why);
    await using opening = new AsyncDisposableStack();
    const network = has("unplug", "mute", "deafen", "slow")
      ? opening.use(await Namespaces.open(SERVERS.length))
      : undefined;
    const disks = has("fill") ? opening.use(await SmallDisks.open(SERVERS.length)) : undefined;
    // All that the servers say to each other costs twice as much over it.
    const routes = has("cut") && network === undefined ? opening.use(new CutRoutes()) : undefined;
    const binary = settings.binary ?? (await findServerBinary()).orThrow().path;
    const sites = await Promise.all(SERVERS.map(async (server) => ({
      ...(disks && { storesDir: disks.folders[server] }),
      ...(network && {
        host: network.hosts[server],
        binary: await network.programAt(server, binary),
      }),
    })));
    const cuttable = routes && { routes: routes.routes };
    return new Ground(
      { ...settings, sites, ...cuttable },
      { network, disks, routes },
      opening.move(),
    );
  }

  /** The network, where shocks need one. */
  get network(): Namespaces {
    return needed(this.#parts.network);
  }

  /** The disks, where shocks need them. */
  get disks(): SmallDisks {
    return needed(this.#parts.disks);
  }

  /** From now on nothing arrives at a server from the others, and nothing from it. Clients still reach it. */
  async cut(server: number): Promise<void> {
    const { network, routes } = this.#parts;
    if (network === undefined) return needed(routes).cut(server);
    await network.mute(server);
    await network.deafen(server);
  }

  /** Ends that. */
  async join(server: number): Promise<void> {
    const { network, routes } = this.#parts;
    if (network === undefined) needed(routes).join(server);
    else await network.hear(server);
  }

  /** Ends it, after the cluster. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }
}

interface Parts {
  readonly network: Namespaces | undefined;
  readonly disks: SmallDisks | undefined;
  readonly routes: CutRoutes | undefined;
}

function needed<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the ground was not prepared for this shock");
  return part;
}
