import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { isErr } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";

/** What a deployment has: accepted, and reconciled. */
export interface AcceptedDeployment {
  readonly needs: Needs;
  readonly bindings: Bindings;
}

/** Trellis' own contracts, which nobody has to accept. */
const PLATFORM_CONTRACTS: ByKey<Needs> = {
  [core.id]: needsOf(core.manifest, core.digest),
  [auth.id]: needsOf(auth.manifest, auth.digest),
};

/** Reads what was accepted of deployments and of the contracts that they use. Rejects when it cannot. */
export class AcceptedContracts {
  readonly #authority: Authority;

  /** @param authority is read each time: what is kept would be too old after a decision */
  constructor(authority: Authority) {
    this.#authority = authority;
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

  /** What is accepted of the contracts that a contract uses, by id; one that is not accepted is missing. */
  async usedBy(needs: Needs): Promise<ByKey<Needs>> {
    const found = await Promise.all(
      Object.keys(needs.contracts).map(async (id) => [id, await this.#needsOf(id)] as const),
    );
    return Object.fromEntries(
      found.flatMap(([id, used]) => used === undefined ? [] : [[id, used]]),
    );
  }

  /** A contract is mostly deployed under its own name; another name is looked for. */
  async #needsOf(id: string): Promise<Needs | undefined> {
    if (Object.hasOwn(PLATFORM_CONTRACTS, id)) return PLATFORM_CONTRACTS[id];
    const named = (await this.#record(contractName(id)))?.desired?.needs;
    if (named?.contract === id) return named;
    const records = (await this.#authority.list()).orThrow();
    return records.find(({ desired }) => desired?.needs.contract === id)?.desired?.needs;
  }

  async #record(deployment: string): Promise<AuthorityRecord | undefined> {
    const record = (await this.#authority.show(deployment)).take();
    if (!isErr(record)) return record;
    if (record.error.code === "deployment_not_found") return undefined;
    throw record.error;
  }
}
