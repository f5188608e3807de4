import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import { PLATFORM } from "../../../cli/platform/secured_platform.ts";
import { serviceSession } from "../../../cli/platform/service_sessions.ts";
import { SessionRecords } from "../../../cli/platform/sessions/session_records.ts";
import type { Contract } from "../../../contracts/define/contract.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import type { Access } from "../../../reconcile/access/access.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { accept, propose } from "../deployed.ts";
import {
  type ClusterServer,
  type ClusterSettings,
  freePorts,
  NatsCluster,
} from "../nats_cluster.ts";
import { until } from "../until.ts";
import { ControlProcess } from "./control_process.ts";
import { visitor, yard } from "./yard.ts";

/** Who all clients are. */
const PERSON = { kind: "user", id: "ada" } as const;
const CAPABILITY = "yard::look";
const CONTROLS = 2;
/** Milliseconds until a session that could not be opened is opened again. */
const AGAIN_MS = 200;

/** Milliseconds until all is there that a contract asks for. */
const PROVIDED_MS = 120_000;

/** How the servers are started. */
export interface TrellisClusterSettings extends Omit<ClusterSettings, "configText"> {
  /** Nobody is let in whom Trellis does not know. */
  readonly isSecured: boolean;
}

/** What somebody connects with. */
interface Connecting {
  readonly trellisUrl: readonly string[];
  readonly sessionKeySeed?: string;
}

/** Who is let in to a secured cluster. */
interface Admission {
  readonly records: SessionRecords;
  readonly access: Access;
}

/** Three servers and two `trellis control`, with what the load needs accepted. */
export class TrellisCluster implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  readonly #monitors: readonly string[];
  readonly #admission: Admission | undefined;
  /** The servers. */
  readonly cluster: NatsCluster<ClusterServer>;
  /** The control planes. */
  readonly controls: readonly ControlProcess[];

  private constructor(
    { cluster, controls, monitors, admission }: {
      readonly cluster: NatsCluster<ClusterServer>;
      readonly controls: readonly ControlProcess[];
      readonly monitors: readonly string[];
      readonly admission: Admission | undefined;
    },
    opened: AsyncDisposableStack,
  ) {
    this.cluster = cluster;
    this.controls = controls;
    this.#monitors = monitors;
    this.#admission = admission;
    this.#opened = opened;
  }

  /** Starts all of it. */
  static async start({ isSecured, ...others }: TrellisClusterSettings): Promise<TrellisCluster> {
    await using opened = new AsyncDisposableStack();
    const { sites = [] } = others;
    const monitors = freePorts(3)
      .map((port, server) => `${sites[server]?.host ?? "127.0.0.1"}:${port}`);
    const settings = {
      ...others,
      configText: (server: number) => `http: "${monitors[server]}"`,
    };
    const secured = isSecured ? await NatsCluster.startSecured(settings) : undefined;
    const cluster: NatsCluster<ClusterServer> = opened.use(
      secured ?? await NatsCluster.start(settings),
    );
    const [server] = secured?.servers ?? [];
    const messaging = opened.use(
      (await connectMessaging({
        servers: cluster.urls,
        name: "chaos",
        ...(server === undefined ? {} : { key: server.keys.platform, principal: PLATFORM }),
      })).orThrow(),
    );
    const { connection } = messaging;
    const signer = server?.keys.platform;
    const authority = (await openAuthority(connection, { signer })).orThrow();
    const controls: ControlProcess[] = [];
    const keysDir = server?.keysDir;
    for (let n = 0; n < CONTROLS; n++) {
      controls.push(opened.use(await ControlProcess.start(cluster.url, keysDir)));
    }
    for (const contract of [yard, visitor]) await provided(authority, contract);
    const admission = signer && {
      records: new SessionRecords({
        store: await NatsSessionStore.open(connection),
        audit: (await openAudit(connection, signer)).orThrow(),
      }),
      access: (await openAccess(connection, authority, signer)).orThrow(),
    };
    await cluster.allSettled();
    return new TrellisCluster({ cluster, controls, monitors, admission }, opened.move());
  }

  /** What an instance of the yard connects with: each with a key of its own. @param n at which server it begins */
  async service(n: number): Promise<Connecting> {
    return await this.#connecting(n, (publicKey, createdAt) => {
      return serviceSession("yard", publicKey, createdAt);
    });
  }

  /** What a client connects with, all of them of one person. @param n at which server it begins */
  async client(n: number): Promise<Connecting & { readonly unverifiedId?: string }> {
    const connecting = await this.#connecting(n, (publicKey, createdAt) => ({
      format: "trellis.session.v1",
      publicKey,
      principal: PERSON,
      contract: { id: visitor.id, digest: visitor.digest },
      createdAt,
    }));
    return this.#admission === undefined ? { ...connecting, unverifiedId: PERSON.id } : connecting;
  }

  /** Gives the person a right, or takes it: their connections are replaced. */
  async changeRights(action: "add" | "remove"): Promise<void> {
    const change = { action, holder: PERSON, names: [CAPABILITY], by: "chaos" };
    // What fails is tried again the next time.
    await this.#admission?.access.change(change);
  }

  /** The number of the server that leads them all. */
  async metaLeader(): Promise<number> {
    let leader = -1;
    await until(async () => {
      for (const address of this.#monitors) {
        const name = await metaLeaderBy(address).catch(() => undefined);
        leader = name === undefined ? -1 : Number(name.slice(1));
        if (leader >= 0) return true;
      }
      return false;
    }, "there is a meta leader");
    return leader;
  }

  /** Stops all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #connecting(
    n: number,
    recordOf: (publicKey: string, createdAt: string) => SessionRecord,
  ): Promise<Connecting> {
    const { urls } = this.cluster;
    const first = n % urls.length;
    const trellisUrl = [...urls.slice(first), ...urls.slice(0, first)];
    if (this.#admission === undefined) return { trellisUrl };
    const { records } = this.#admission;
    for (;;) {
      const key = KeyPair.generate("user");
      const record = recordOf(key.publicKey, new Date().toISOString());
      // While there is no leader it fails; whether it was written all the same does not matter.
      const isOpen = await records.open(record, "chaos").then(
        (opened) => opened.isOk(),
        () => false,
      );
      if (isOpen) return { trellisUrl, sessionKeySeed: key.seed };
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** Has a contract accepted, and reconciled however slow servers are that have just begun. */
async function provided(authority: Authority, contract: Contract): Promise<void> {
  const { plan } = await propose(authority, contract);
  await accept(authority, plan);
  await until(
    async () => {
      const outcome = await authority.reconcile(plan.deployment);
      if (outcome.isErr() && outcome.error.code !== "unavailable") throw outcome.error;
      return outcome.isOk();
    },
    `${contract.id} is there`,
    PROVIDED_MS,
  );
}

async function metaLeaderBy(address: string): Promise<string | undefined> {
  const answer = await fetch(`http://${address}/jsz`);
  const { meta_cluster: meta }: { readonly meta_cluster?: { readonly leader?: string } } =
    await answer.json();
  return meta?.leader;
}
