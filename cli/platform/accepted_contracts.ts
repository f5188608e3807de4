import { PLATFORM_CONTRACTS } from "../../contracts/platform/platform_contracts.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { isErr } from "../../contracts/result.ts";
import type { SessionContract } from "../../contracts/stored/session_record.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { StateDeclaration } from "../../reconcile/authority/state_declaration.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { DeploymentIndex } from "./deployment_index.ts";

/** What a deployment has: accepted, and reconciled. */
export interface AcceptedDeployment {
  readonly needs: Needs;
  readonly bindings: Bindings;
}

/** What Trellis' own contracts have, by id. */
export const PLATFORM_NEEDS: ByKey<Needs> = Object.fromEntries(
  PLATFORM_CONTRACTS.map(({ id, manifest, digest }) => [id, needsOf(manifest, digest)]),
);

/** What was accepted, by contract id. Trellis' own contracts need no acceptance. */
export function acceptedContracts(records: readonly AuthorityRecord[]): ByKey<Needs> {
  const accepted = records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]);
  return {
    ...Object.fromEntries(accepted.map((needs) => [needs.contract, needs])),
    ...PLATFORM_NEEDS,
  };
}

/** Reads what was accepted of deployments and of the contracts that they use. Rejects when it cannot. */
export class AcceptedContracts {
  readonly #authority: Authority;
  readonly #index: Pick<DeploymentIndex, "deploymentOf">;

  /**
   * @param authority is read each time: what is kept would be too old after a decision
   * @param index says where to read what has another name than its contract; one that somebody keeps up to date,
   *   where this lives longer than a moment
   */
  constructor(
    authority: Authority,
    index: Pick<DeploymentIndex, "deploymentOf"> = new DeploymentIndex(authority),
  ) {
    this.#authority = authority;
    this.#index = index;
  }

  /** What a deployment has; undefined when nothing of it was accepted and reconciled. */
  async deployment(name: string): Promise<AcceptedDeployment | undefined> {
    const record = await this.#record(name);
    const bindings = record?.materialized?.bindings;
    if (record?.desired === undefined || bindings === undefined) return undefined;
    return { needs: record.desired.needs, bindings };
  }

  /** What was accepted, and asked for, of a contract that somebody runs; it has a deployment of its name. */
  recordOf(id: string): Promise<AuthorityRecord | undefined> {
    return this.#record(contractName(id));
  }

  /**
   * What a contract that somebody runs declares of state at a digest; undefined when that may not run.
   * A digest covers what it declares: that never changes, though it may run only for a while.
   */
  async stateOf({ id, digest }: SessionContract): Promise<StateDeclaration | undefined> {
    const record = await this.recordOf(id);
    if (record?.desired?.needs.contract !== id) return undefined;
    return (await this.#authority.stateDeclaration(record, digest)).orThrow();
  }

  /** What is accepted of the contracts that a contract uses, by id; one that is not accepted is missing. */
  async usedBy(needs: Pick<Needs, "contracts">): Promise<ByKey<Needs>> {
    const ids = Object.keys(needs.contracts);
    const found = await Promise.all(ids.map((id) => this.#acceptedOf(id)));
    const used = found.filter((needs) => needs !== undefined);
    return Object.fromEntries(used.map((needs) => [needs.contract, needs]));
  }

  /** Everything that is accepted, by id. */
  async all(): Promise<ByKey<Needs>> {
    return acceptedContracts((await this.#authority.list()).orThrow());
  }

  /** A contract is mostly deployed under its own name. */
  async #acceptedOf(id: string): Promise<Needs | undefined> {
    if (Object.hasOwn(PLATFORM_NEEDS, id)) return PLATFORM_NEEDS[id];
    const named = (await this.#record(contractName(id)))?.desired?.needs;
    if (named?.contract === id) return named;
    const deployment = await this.#index.deploymentOf(id);
    const other = deployment && (await this.#record(deployment))?.desired?.needs;
    return other && other.contract === id ? other : undefined;
  }

  async #record(deployment: string): Promise<AuthorityRecord | undefined> {
    const record = (await this.#authority.show(deployment)).take();
    if (!isErr(record)) return record;
    if (record.error.code === "deployment_not_found") return undefined;
    throw record.error;
  }
}
