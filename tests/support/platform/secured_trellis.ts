import {
  PLATFORM,
  SecuredPlatform,
  type SecuredPlatformParts,
} from "../../../cli/platform/secured_platform.ts";
import type { Contract } from "../../../contracts/define/contract.ts";
import type { ContractBody } from "../../../contracts/define/declaration.ts";
import { contractName } from "../../../contracts/manifest/names.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { PasswordHasher } from "../../../reconcile/users/password_hash.ts";
import { connectMessaging, type NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisService } from "../../../runtime/service/service.ts";
import type { ServiceOptions } from "../../../runtime/service/service_options.ts";
import { provision, SILENT } from "../deployed.ts";
import { SecuredServer, type SecuredServerSettings } from "../secured_server.ts";

/**
 * A secured server, and the process that lets others in to it: authority and platform over one
 * connection, as `trellis start` has them.
 *
 * ```ts ignore
 * await using trellis = await SecuredTrellis.start();
 * await provision(trellis.authority, ordersRpc);
 * const orders = await trellis.connect(ordersRpc);
 * ```
 */
export class SecuredTrellis implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  /** The server and its keys. */
  readonly server: SecuredServer;
  readonly #settings: PlatformSettings;
  /** The platform's own connection. */
  readonly messaging: NatsMessaging;
  /** Over the platform's connection. */
  readonly authority: Authority;
  /** What failed while somebody was let in. */
  readonly failures: unknown[];
  /** Lets others in; {@link stopPlatform} and {@link startPlatform} change it. */
  platform: SecuredPlatform;

  private constructor(
    server: SecuredServer,
    { messaging, authority, platform, failures }: PlatformParts,
    settings: PlatformSettings,
  ) {
    this.server = server;
    this.#settings = settings;
    this.messaging = messaging;
    this.authority = authority;
    this.platform = platform;
    this.failures = failures;
  }

  /** Starts all of it. */
  static async start(
    settings: PlatformSettings = {},
    serverSettings?: SecuredServerSettings,
  ): Promise<SecuredTrellis> {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await SecuredServer.start(serverSettings));
    const parts = await openPlatform(server, settings);
    opened.move();
    return new SecuredTrellis(server, parts, settings);
  }

  /** Where the server listens. */
  get url(): string {
    return this.server.url;
  }

  /** Lets nobody in any more, as when the process ends in good order. */
  async stopPlatform(): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
  }

  /** Lets others in again. */
  async startPlatform(): Promise<void> {
    this.platform = await startPlatform(this.server, this, this.#settings);
  }

  /** Accepts and reconciles a contract and connects an instance of its service, with a key of its own. */
  async deploy<const B extends ContractBody>(
    contract: Contract<B>,
    options: Partial<ServiceOptions<B>> = {},
  ): Promise<TrellisService<B>> {
    await provision(this.authority, contract, options.deployment);
    return await this.addInstance(contract, options);
  }

  /** Connects an instance of a service that is accepted already, with a key of its own. */
  async addInstance<const B extends ContractBody>(
    contract: Contract<B>,
    options: Partial<ServiceOptions<B>> = {},
  ): Promise<TrellisService<B>> {
    const deployment = options.deployment ?? contractName(contract.id);
    const { seed } = await this.platform.openSession(deployment);
    return await this.connect(contract, { sessionKeySeed: seed, ...options });
  }

  /** Connects a service; closed with the rest. */
  async connect<const B extends ContractBody>(
    contract: Contract<B>,
    options: Partial<ServiceOptions<B>> = {},
  ): Promise<TrellisService<B>> {
    const service = await TrellisService
      .connect({ contract, trellisUrl: this.url, log: SILENT, ...options }).orThrow();
    return this.#opened.use(service);
  }

  /** Stops everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
    await this.platform[Symbol.asyncDispose]();
    await this.messaging.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Passwords that cost nothing: a usual one takes a quarter of a second. */
export const freeHasher = new PasswordHasher({ cost: { ln: 1, r: 1, p: 1 } });

/** What a test may choose of its platform. */
export type PlatformSettings = Pick<SecuredPlatformParts, "connectionS" | "limbo" | "portal">;

/** What answers for a server. */
export interface PlatformParts {
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  readonly platform: SecuredPlatform;
  readonly failures: unknown[];
}

/** Opens authority and platform of a server. */
export async function openPlatform(
  server: Pick<SecuredServer, "url" | "keys">,
  settings: PlatformSettings = {},
): Promise<PlatformParts> {
  const { url, keys } = server;
  const messaging = (await connectMessaging({
    servers: url,
    name: "trellis",
    key: keys.platform,
    principal: PLATFORM,
  })).orThrow();
  const authority = (await openAuthority(messaging.connection, { signer: keys.platform }))
    .orThrow();
  const failures: unknown[] = [];
  const platform = await startPlatform(server, { messaging, authority, failures }, settings);
  return { messaging, authority, platform, failures };
}

async function startPlatform(
  { url, keys }: Pick<SecuredServer, "url" | "keys">,
  { messaging, authority, failures }: Omit<PlatformParts, "platform">,
  settings: PlatformSettings = {},
): Promise<SecuredPlatform> {
  const started = await SecuredPlatform.start({
    servers: url,
    keys,
    messaging,
    authority,
    onError: (cause) => failures.push(cause),
    hasher: freeHasher,
    ...settings,
  });
  return started.orThrow();
}
