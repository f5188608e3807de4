import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ContractProblem, DiscoveredContract } from "../../contracts/discovery/discovery.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { isErr } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type {
  AuthorityMode,
  AuthorityRecord,
  Plan,
} from "../../reconcile/records/authority_record.ts";
import type { ContractStatus, DevReport } from "./dev_report.ts";
import { backoffMs } from "../../reconcile/reconciler/backoff.ts";
import type { ReconcileLoop } from "../../reconcile/upkeep/reconcile_loop.ts";
import { missingUseError } from "../../runtime/accepted/missing_uses.ts";
import { AcceptedContracts } from "../platform/accepted_contracts.ts";
import { lackingUses } from "./lacking_uses.ts";
import type { Project, RunnableModule } from "../workers/project.ts";
import type { Instances } from "../workers/instances.ts";
import type { Permit } from "../workers/worker_host.ts";

/** Deployments that are reconciled at once. */
const IN_FLIGHT = 8;
/** Between two attempts to read the records of all. */
const PAUSES = { firstMs: 500, maxMs: 30_000 };

/** What is known of one deployment while a session runs. */
interface Deployment {
  contract: DiscoveredContract;
  record: AuthorityRecord | undefined;
  pending: Plan | undefined;
  refusal:
    | { message: string; hint: string; command?: readonly string[] | undefined; retryable: boolean }
    | undefined;
  module: RunnableModule | undefined;
  /** The error of what it requires of others and is not accepted. */
  lacks?: TransportError | undefined;
  /** Digest of the contract that a person rejected last: it is not asked for again by itself. */
  rejected?: string;
}

/** What the deployments of a session work with. */
export interface DeploymentParts {
  readonly project: Project;
  readonly authority: Authority;
  readonly loop: ReconcileLoop;
  readonly supervisor: Instances;
  readonly report: DevReport;
  /** Address of the NATS server. */
  readonly servers: string;
  readonly mode: AuthorityMode;
  /** Who presents the contracts. */
  readonly by: string;
  /** Whether what a deployment runs was replaced since, and is about to be loaded again. */
  readonly isReplaced: (deployment: string) => boolean;
  /** Whether the server lets in everybody: nobody logs in there with the contract of an app. */
  readonly open: boolean;
  /** Whether the services run here; elsewhere what was accepted for any of them is reconciled here. */
  readonly services: boolean;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** What has become of those that require something of others. */
export interface FollowedUses {
  /** Deployments that had lacked something, and have everything now. */
  readonly complete: readonly string[];
  /** Deployments that lack something that they had, or something else. */
  readonly lost: readonly string[];
}

/** The deployments of a project: presents their contracts, reconciles them and runs their services. */
export class Deployments {
  readonly #parts: DeploymentParts;
  readonly #deployments = new Map<string, Deployment>();
  /** Services of others that are looked after here. */
  readonly #others = new Set<string>();
  /** Versions of deployments that those who use their contracts know of. */
  readonly #followed = new Map<string, number>();

  /** @param parts the project, its authority, and who runs its services */
  constructor(parts: DeploymentParts) {
    this.#parts = parts;
  }

  /** Names of all deployments. */
  get names(): readonly string[] {
    return [...this.#deployments.keys()];
  }

  /**
   * Presents the contracts that are new or changed, keeps what was decided, and reconciles those that
   * may run. What has not changed since it was presented costs nothing.
   *
   * @returns the deployments that were presented
   */
  async present(contracts: readonly DiscoveredContract[]): Promise<readonly string[]> {
    const { authority, mode, by, report } = this.#parts;
    const news = contracts.filter((contract) =>
      this.#isPresented(contract) && this.#isNews(contract)
    );
    if (news.length === 0) return [];
    const scan = {
      progress: (done: number, total: number) => report.scanning(done, total),
      signal: this.#parts.signal,
    };
    const results = await authority.present(news, { mode, by, scan })
      .finally(() => report.scanned());
    return await Promise.all(news.map(async (contract, index) => {
      const result = results[index];
      if (result === undefined) throw new TypeError(`${contract.id} was not presented`);
      const name = result.isOk() ? result.value.deployment : contractName(contract.id);
      const before = this.#deployments.get(name);
      this.#deployments.set(name, {
        contract,
        record: result.isOk() ? result.value.record : before?.record,
        pending: result.isOk() && result.value.kind === "pending" ? result.value.plan : undefined,
        refusal: result.isErr() ? result.error : undefined,
        module: await this.#moduleOf(contract),
      });
      await this.reconcile(name);
      return name;
    }));
  }

  /** True when a contract is new or changed, or is not there any more. */
  hasNews(contracts: readonly DiscoveredContract[]): boolean {
    const presented = contracts.filter((contract) => this.#isPresented(contract));
    return presented.length !== this.#deployments.size ||
      presented.some((contract) => this.#isNews(contract));
  }

  /** The contracts of apps, devices and agents come with whoever logs in with them, where somebody does. */
  #isPresented({ kind }: DiscoveredContract): boolean {
    return kind === "service" || this.#parts.open;
  }

  /**
   * Deployments whose contract may be taken, or whose code may start, without any change: when NATS
   * answers again, say.
   */
  get postponed(): readonly string[] {
    return [...this.#deployments].filter(([name, deployment]) => {
      const { refusal, rejected, contract } = deployment;
      return refusal === undefined
        ? this.#parts.supervisor.isPostponed(name) && mayRun(deployment, contract.digest)
        : refusal.retryable && rejected !== contract.digest;
    }).map(([name]) => name);
  }

  /** Discovery gives the same manifest again for files that have not changed. */
  #isNews(contract: DiscoveredContract): boolean {
    const known = this.#deployments.get(contractName(contract.id));
    if (known?.rejected === contract.digest) return false;
    return known === undefined || known.refusal !== undefined || known.module === undefined ||
      known.contract.manifest !== contract.manifest || known.contract.file !== contract.file;
  }

  /**
   * Stops the services whose contract files are gone; what they own stays. A file that has a problem is
   * not gone: the code that ran goes on.
   *
   * @returns the deployments that were stopped
   */
  async stopMissing(
    contracts: readonly DiscoveredContract[],
    problems: readonly ContractProblem[],
  ): Promise<readonly string[]> {
    const ids = new Set(contracts.map(({ id }) => id));
    const broken = new Set(problems.map(({ file }) => file));
    const gone = [...this.#deployments].filter(([, { contract }]) =>
      !ids.has(contract.id) && !broken.has(contract.file)
    ).map(([name]) => name);
    for (const name of gone) {
      this.#deployments.delete(name);
      this.#parts.loop.forget(name);
    }
    await Promise.all(gone.map((name) => this.#parts.supervisor.stop(name)));
    return gone;
  }

  /** Makes NATS what was accepted for a deployment. */
  async reconcile(name: string): Promise<void> {
    const deployment = this.#deployments.get(name);
    if (deployment?.record?.desired === undefined) return;
    const outcome = (await this.#parts.loop.reconcile(name)).take();
    if (isErr(outcome)) deployment.refusal = outcome.error;
    else deployment.record = outcome.record;
  }

  /** Takes up what was decided elsewhere; true when there is something to tell. */
  async afterDecision(name: string): Promise<boolean> {
    const record = (await this.#parts.authority.show(name)).take();
    if (isErr(record)) return false;
    const deployment = this.#deployments.get(name);
    if (deployment === undefined) {
      await this.#reconcileOther(record);
      return false;
    }
    const before = deployment.record;
    deployment.record = record;
    const asked = deployment.pending;
    if (record.pending === undefined) deployment.pending = undefined;
    const rejected = asked !== undefined && noteRejection(deployment, asked, record);
    const decided = record.desired?.version !== before?.desired?.version;
    const behind = isBehind(record);
    if (decided || behind) await this.reconcile(name);
    const { supervisor } = this.#parts;
    if (supervisor.digestOf(name) === undefined || decided) await this.#run(name);
    // After a rollback, say, what runs is not what is accepted.
    if (!mayRun(deployment, supervisor.digestOf(name))) await supervisor.stop(name);
    return decided || behind || rejected;
  }

  /**
   * Reconciles what no project looks after: the contracts of apps, devices and agents, which come with whoever
   * runs them, and where no services run, those of all services that run elsewhere.
   */
  async reconcileOthers(): Promise<void> {
    const { authority, loop, signal } = this.#parts;
    for (let failures = 1; !signal.aborted; failures++) {
      const behind: string[] = [];
      // There may be thousands: what is as it should be is looked at in turn, and nobody waits for it.
      const visited = await authority.store.visitAll(({ value: record }) => {
        if (this.#isLeft(record)) loop.lookAfter(record);
        if (this.#isUnmade(record)) behind.push(record.deployment);
      });
      loop.lookAround();
      await inParallel(behind, IN_FLIGHT, (name) => loop.reconcile(name));
      if (visited.isOk()) return;
      // Nobody else would ever look after those that were not read.
      const pause = backoffMs(failures, Math.random(), PAUSES);
      await delay(pause, undefined, { signal }).catch(() => {});
    }
  }

  async #reconcileOther(record: AuthorityRecord): Promise<void> {
    // Asked in both cases: it notes what is looked after from now on.
    const isLeft = this.#isLeft(record);
    if (isLeft || this.#isUnmade(record)) await this.#parts.loop.reconcile(record.deployment);
  }

  /** Whether nobody has looked after a service of others so far: where no services run, all are looked after. */
  #isLeft({ desired, deployment }: AuthorityRecord): boolean {
    const isOther = desired?.needs.kind === "service" && !this.#parts.services &&
      !this.#deployments.has(deployment) && !this.#others.has(deployment);
    if (isOther) this.#others.add(deployment);
    return isOther;
  }

  /** Whether what was accepted for others is still to be made, and whoever runs it does not see to that. */
  #isUnmade(record: AuthorityRecord): boolean {
    const { desired, deployment } = record;
    if (desired === undefined || this.#deployments.has(deployment)) return false;
    return (desired.needs.kind !== "service" || !this.#parts.services) && isBehind(record);
  }

  /** What runs a contract here. */
  async #moduleOf(contract: DiscoveredContract): Promise<RunnableModule | undefined> {
    return this.#parts.services ? await this.#parts.project.moduleOf(contract) : undefined;
  }

  /**
   * Looks, after a deployment may have changed, for those that require something of its contract: starts
   * what had waited for it.
   */
  async followUses(changed: string): Promise<FollowedUses> {
    const record = (await this.#parts.authority.show(changed)).take();
    const desired = isErr(record) ? undefined : record.desired;
    if (desired === undefined || this.#followed.get(changed) === desired.version) {
      return { complete: [], lost: [] };
    }
    this.#followed.set(changed, desired.version);
    const users = [...this.#deployments].filter(([, { record }]) =>
      Object.hasOwn(record?.desired?.needs.contracts ?? {}, desired.needs.contract)
    );
    const before = users.map(([name, { lacks }]) => ({ name, lacked: lacks?.message }));
    await Promise.all(before.map(({ name }) => this.#lookForUses(name)));
    const now = before.map((it) => ({
      ...it,
      lacks: this.#deployments.get(it.name)?.lacks?.message,
    }));
    const complete = now.filter(({ lacked, lacks }) => lacked !== undefined && lacks === undefined)
      .map(({ name }) => name);
    await this.run(complete.filter((name) => !this.#parts.supervisor.isRunning(name)));
    const lost = now.filter(({ lacked, lacks }) => lacks !== undefined && lacks !== lacked);
    return { complete, lost: lost.map(({ name }) => name) };
  }

  /** What cannot be read is no reason to wait: the service looks for itself. */
  async #lookForUses(name: string): Promise<TransportError | undefined> {
    const deployment = this.#deployments.get(name);
    const needs = deployment?.record?.desired?.needs;
    if (deployment === undefined || needs === undefined) return undefined;
    if (deployment.contract.manifest.uses?.required === undefined) return undefined;
    const accepted = new AcceptedContracts(this.#parts.authority);
    const used = await accepted.usedBy(needs).catch(() => undefined);
    const lacking = used && lackingUses(deployment.contract.manifest, used);
    return deployment.lacks = lacking === undefined || lacking.length === 0
      ? undefined
      : missingUseError(deployment.contract.id, lacking);
  }

  /**
   * The deployments that have to be started or replaced.
   *
   * @param dependents the files that changed, and all that import them
   * @param presented the deployments that were presented
   */
  touchedBy(dependents: ReadonlySet<string>, presented: readonly string[]): readonly string[] {
    return [...this.#deployments].filter(([name, { module }]) =>
      presented.includes(name) || !this.#parts.supervisor.isRunning(name) ||
      this.#parts.supervisor.isPostponed(name) ||
      (module !== undefined && dependents.has(this.#pathOf(module.file)))
    ).map(([name]) => name);
  }

  #pathOf(file: string): string {
    return join(this.#parts.project.root, file);
  }

  /**
   * Starts or replaces the services of deployments that may run; answers those that are live. They are
   * loaded at once, and take over when `permit` says so.
   */
  async run(names: readonly string[], permit?: Permit): Promise<readonly string[]> {
    const live: string[] = [];
    await Promise.all(names.map(async (name) => {
      if (await this.#run(name, permit)) live.push(name);
    }));
    return live.sort();
  }

  async #run(name: string, permit?: Permit): Promise<boolean> {
    const { supervisor, servers, report } = this.#parts;
    const deployment = this.#deployments.get(name);
    if (deployment === undefined) return false;
    const module = deployment.module = await this.#moduleOf(deployment.contract);
    if (module === undefined) {
      if (supervisor.digestOf(name) !== undefined) {
        await supervisor.stop(name);
        report.note(`${name} stopped: there is no file any more that serves its contract`);
      }
      return false;
    }
    const { digest } = deployment.contract;
    if (!mayRun(deployment, digest)) return false;
    if (await this.#lookForUses(name) !== undefined) return false;
    const { style, url } = module;
    const isReplaced = () => this.#parts.isReplaced(name);
    const code = { style, module: url, servers, deployment: name, digest, isReplaced };
    return await supervisor.run(name, code, permit);
  }

  /** How a deployment stands. */
  status(name: string): ContractStatus {
    const deployment = this.#deployments.get(name);
    if (deployment === undefined) throw new TypeError(`no deployment ${name}`);
    const { contract, record, pending, refusal, lacks, module } = deployment;
    const { kv = {}, store = {} } = record?.materialized?.bindings ?? {};
    return {
      contract,
      deployment: name,
      version: record?.desired?.version ?? 0,
      pending,
      buckets: Object.fromEntries(Object.entries(kv).map(([a, { bucket }]) => [a, bucket])),
      stores: Object.fromEntries(Object.entries(store).map(([a, { name }]) => [a, name])),
      problems: record?.materialized?.problems ?? [],
      refusal,
      lacks,
      module: module?.file,
      running: this.#parts.supervisor.isRunning(name),
      instances: this.#parts.supervisor.running(name),
    };
  }
}

/** Remembers that a person does not want what was asked for; true when that is so. */
function noteRejection(deployment: Deployment, asked: Plan, { history }: AuthorityRecord): boolean {
  const decision = history.findLast(({ planId }) => planId === asked.id);
  if (decision?.outcome !== "rejected") return false;
  const { digest } = asked.needs;
  // What was asked for on somebody's request is no word about the file.
  if (digest !== deployment.contract.digest) return false;
  deployment.rejected = digest;
  const why = decision.reason === undefined ? "" : `: ${decision.reason}`;
  deployment.refusal = {
    message: `${decision.by} rejected what ${deployment.contract.file} asks for${why}`,
    hint:
      "change the contract, or start again to ask once more; the accepted version keeps running",
    retryable: false,
  };
  return true;
}

/** Whether a contract was accepted and has its resources. */
function mayRun({ record }: Deployment, digest: string | undefined): boolean {
  return digest !== undefined &&
    (record?.materialized?.bindings.digests.includes(digest) ?? false);
}

/** Whether something was accepted that NATS is not yet. */
function isBehind({ desired, materialized }: AuthorityRecord): boolean {
  return desired !== undefined && materialized?.version !== desired.version;
}
