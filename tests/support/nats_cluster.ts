import type { NatsConnection } from "@nats-io/nats-core";
import { join } from "node:path";
import { openConnection } from "../../runtime/nats/connection.ts";
import { openKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { SecuredServer } from "./secured_server.ts";
import { TrellisServer } from "./trellis_server.ts";
import { until } from "./until.ts";

/** What a test may choose of its cluster. */
export interface ClusterSettings {
  /** More configuration, for all servers or made for each, by its number from 0. */
  readonly configText?: string | ((server: number) => string);
  /** This nats-server, instead of the one that Trellis would use. */
  readonly binary?: string;
  /** Where each server runs, by its number; on this machine's own address unless given. */
  readonly sites?: readonly ServerSite[];
  /** What each server says to the others where its routes are, by its number; its own address unless given. */
  readonly routes?: (listens: readonly string[]) => (server: number) => ClusterRoutes;
}

/** Where one server runs. */
export interface ServerSite {
  /** The address that it listens on. */
  readonly host?: string;
  /** The nats-server, if it is another one than that of the cluster. */
  readonly binary?: string;
  /** The folder in which it makes the one of its streams. */
  readonly storesDir?: string;
}

/** How one server reaches the others: addresses with ports. */
export interface ClusterRoutes {
  /** Where it dials. */
  readonly dials: readonly string[];
  /** Where others are told to dial it. */
  readonly advertise: string;
}

/** A server of a cluster. */
export interface ClusterServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  kill(): Promise<void>;
  stop(): Promise<void>;
  startAgain(): Promise<void>;
}

const SIZE = 3;
/** How long it may take until a cluster has leaders, in milliseconds; only a test that hangs waits for it. */
const LEADERS_MS = 180_000;

/**
 * Three real NATS servers with JetStream on this machine, on free ports, that form a cluster. They are
 * given out when they can make streams of three replicas; what is opened through them is closed with them.
 *
 * ```ts ignore
 * await using cluster = await NatsCluster.start();
 * const leader = await cluster.leaderOf("KV_orders");
 * await cluster.kill(leader);
 * await cluster.startAgain(leader);
 * ```
 */
export class NatsCluster<S extends ClusterServer = TrellisServer> implements AsyncDisposable {
  /** The servers, whether they run or not. */
  readonly servers: readonly S[];
  readonly #open: (servers: readonly string[]) => Promise<NatsConnection>;
  readonly #dir: string | undefined;
  #asking: Promise<NatsConnection> | undefined;

  private constructor(
    servers: readonly S[],
    open: (servers: readonly string[]) => Promise<NatsConnection>,
    dir?: string,
  ) {
    this.servers = servers;
    this.#open = open;
    this.#dir = dir;
  }

  /** Starts servers that let everybody in. */
  static async start(settings: ClusterSettings = {}): Promise<NatsCluster> {
    const servers = await startAll(settings, (launch) => TrellisServer.start(launch));
    const open = async (urls: readonly string[]) =>
      (await openConnection({ servers: urls, name: "cluster" })).orThrow();
    return await whole(new NatsCluster(servers, open));
  }

  /** Starts servers that let in whom the auth callout admits, as `trellis start` has one: all with the same keys. */
  static async startSecured(settings: ClusterSettings = {}): Promise<NatsCluster<SecuredServer>> {
    const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
    const keysDir = join(dir, "keys");
    const { platform } = (await openKeyFolder(keysDir)).orThrow();
    const servers = await startAll(settings, (launch) => {
      return SecuredServer.start({ ...launch, keysDir });
    });
    const open = async (urls: readonly string[]) =>
      (await openConnection({ servers: urls, name: "cluster", key: platform })).orThrow();
    return await whole(new NatsCluster(servers, open, dir));
  }

  /** Where all of them listen. */
  get urls(): readonly string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The same as `NATS_URL` has it. */
  get url(): string {
    return this.urls.join(",");
  }

  /** Ends one as a crash would. */
  async kill(server: number): Promise<void> {
    await this.#at(server).kill();
  }

  /** Ends one in good order. */
  async stop(server: number): Promise<void> {
    await this.#at(server).stop();
  }

  /** Starts it again on the same port and store. */
  async startAgain(server: number): Promise<void> {
    await this.#at(server).startAgain();
  }

  /** The number of its process. */
  pidOf(server: number): number {
    return this.#at(server).pid;
  }

  /** Has one stand still, with all its connections open, until {@link thaw}. */
  freeze(server: number): void {
    Deno.kill(this.#at(server).pid, "SIGSTOP");
  }

  /** Has it go on. */
  thaw(server: number): void {
    Deno.kill(this.#at(server).pid, "SIGCONT");
  }

  /** The number of the server that leads a stream, once there is one; waits for it. */
  async leaderOf(stream: string): Promise<number> {
    let leader = -1;
    await until(
      async () => {
        const answer = await this.ask(`$JS.API.STREAM.INFO.${stream}`);
        leader = answer?.cluster?.leader === undefined ? -1 : NAMES.indexOf(answer.cluster.leader);
        return leader >= 0;
      },
      `${stream} has a leader`,
      LEADERS_MS,
    );
    return leader;
  }

  /** The streams that there are. */
  async streams(): Promise<readonly ClusterStream[]> {
    const found: ClusterStream[] = [];
    for (;;) {
      const answer = await this.ask(
        "$JS.API.STREAM.LIST",
        JSON.stringify({ offset: found.length }),
      );
      const streams = answer?.streams ?? [];
      found.push(...streams);
      if (answer !== undefined && streams.length === 0) return found;
    }
  }

  /** Waits until all servers have all that a stream stores. */
  async settled(stream: string): Promise<void> {
    await until(
      async () => {
        return isSettled(await this.ask(`$JS.API.STREAM.INFO.${stream}`));
      },
      `${stream} is on all servers`,
      LEADERS_MS,
    );
  }

  /** The same of all streams of three replicas. */
  async allSettled(): Promise<void> {
    await until(
      async () => {
        const streams = await this.streams();
        return streams.length > 0 && streams.every((stream) => {
          return stream.config.num_replicas < SIZE || isSettled(stream);
        });
      },
      "all streams are on all servers",
      LEADERS_MS,
    );
  }

  /** What JetStream answers, from whichever server is up; undefined when it does not. */
  async ask(subject: string, body = ""): Promise<ClusterAnswer | undefined> {
    this.#asking ??= this.#open(this.urls);
    try {
      return (await (await this.#asking).request(subject, body, { timeout: 1000 })).json();
    } catch {
      return undefined;
    }
  }

  /** Closes and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#asking)?.close();
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
    if (this.#dir !== undefined) await Deno.remove(this.#dir, { recursive: true });
  }

  #at(server: number): S {
    const found = this.servers[server];
    if (found === undefined) throw new RangeError(`the cluster has no server ${server}`);
    return found;
  }
}

interface Clustered {
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string; readonly current: boolean }[];
  };
}

/** What JetStream says of a stream. */
export interface ClusterStream extends Clustered {
  readonly config: { readonly name: string; readonly num_replicas: number };
  /** When it was made. */
  readonly created: string;
}

/** What is read of an answer of JetStream. */
export interface ClusterAnswer extends Clustered {
  readonly streams?: readonly ClusterStream[];
  readonly error?: { readonly err_code: number; readonly description: string };
}

function isSettled(of: Clustered | undefined): boolean {
  const replicas = of?.cluster?.replicas ?? [];
  return Boolean(of?.cluster?.leader) && replicas.length === SIZE - 1 &&
    replicas.every(({ current }) => current);
}

/** Ports that were free a moment ago: the servers of a cluster have to know those of the others. */
export function freePorts(count: number): readonly number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  // TCP listeners have a port.
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** The names of the servers, which a cluster knows them by when they come back. */
const NAMES = Array.from({ length: SIZE }, (_, server) => `n${server}`);

/** What the servers of a cluster are started with, each. */
interface Launch extends ServerSite {
  readonly name: string;
  readonly configText: string;
}

async function startAll<S extends ClusterServer>(
  { binary, configText = "", sites = [], routes = directly }: ClusterSettings,
  start: (launch: Launch) => Promise<S>,
): Promise<readonly S[]> {
  const listens = freePorts(SIZE)
    .map((port, server) => `${sites[server]?.host ?? "127.0.0.1"}:${port}`);
  const routesOf = routes(listens);
  return await Promise.all(NAMES.map((name, server) => {
    const { dials, advertise } = routesOf(server);
    const more = typeof configText === "string" ? configText : configText(server);
    const cluster = `cluster {
  name: c
  listen: "${listens[server]}"
  advertise: "${advertise}"
  routes: [${dials.map((address) => `"nats://${address}"`).join(", ")}]
}`;
    return start({ binary, ...sites[server], name, configText: `${cluster}\n${more}` });
  }));
}

function directly(listens: readonly string[]): (server: number) => ClusterRoutes {
  return (server) => ({ dials: listens, advertise: listens[server] ?? "" });
}

/** The cluster, once a leader hands out streams and every server can hold them. */
async function whole<S extends ClusterServer>(cluster: NatsCluster<S>): Promise<NatsCluster<S>> {
  const name = "whole";
  const config = { name, subjects: [name], storage: "memory", num_replicas: SIZE };
  await until(
    async () => {
      const made = await cluster.ask(`$JS.API.STREAM.CREATE.${name}`, JSON.stringify(config));
      return made !== undefined && made.error === undefined;
    },
    "the cluster makes streams",
    LEADERS_MS,
  );
  await cluster.ask(`$JS.API.STREAM.DELETE.${name}`);
  return cluster;
}
