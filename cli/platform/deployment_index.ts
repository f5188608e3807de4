import { isErr } from "../../contracts/result.ts";
import type { ContractKind } from "../../contracts/manifest/manifest.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { AuthorityLedger } from "../../reconcile/records/record_store.ts";

/** What was accepted for a deployment, in a few words. */
export interface DeploymentEntry {
  readonly deployment: string;
  /** Id of the contract; empty where nothing was accepted. */
  readonly contract: string;
  readonly kind: ContractKind;
  /** Ids of the contracts that it uses. */
  readonly uses: readonly string[];
}

/** What an index is made from. */
export interface IndexedAuthority extends Pick<Authority, "show"> {
  readonly store: Pick<AuthorityLedger, "visitAll">;
}

/**
 * Which deployment runs which contract, and uses which: so that nobody reads the records of all to find one. It
 * is filled by reading all of them once, when it is asked for the first time. Whoever watches the records has it
 * read again those that change; what a right depends on is read from the record itself all the same.
 */
export class DeploymentIndex {
  readonly #authority: IndexedAuthority;
  readonly #entries = new Map<string, DeploymentEntry>();
  #filling: Promise<void> | undefined;

  constructor(authority: IndexedAuthority) {
    this.#authority = authority;
  }

  /** Every deployment of which something was accepted. Rejects when the records cannot be read. */
  async entries(): Promise<readonly DeploymentEntry[]> {
    await this.#fill();
    return [...this.#entries.values()];
  }

  /** The deployment that runs a contract; undefined when none does. Rejects when the records cannot be read. */
  async deploymentOf(contract: string): Promise<string | undefined> {
    await this.#fill();
    for (const entry of this.#entries.values()) {
      if (entry.contract === contract) return entry.deployment;
    }
    return undefined;
  }

  /** Reads a record that has changed; undefined when there is none. Rejects when it cannot be read. */
  async readAgain(deployment: string): Promise<AuthorityRecord | undefined> {
    const record = (await this.#authority.show(deployment)).take();
    if (!isErr(record)) {
      this.#entries.set(deployment, entryOf(record));
      return record;
    }
    if (record.error.code !== "deployment_not_found") throw record.error;
    this.#entries.delete(deployment);
    return undefined;
  }

  #fill(): Promise<void> {
    const filling = this.#filling ??= this.#read();
    filling.catch(() => this.#filling = undefined);
    return filling;
  }

  async #read(): Promise<void> {
    const visited = await this.#authority.store.visitAll(({ value }) => {
      // What was read again meanwhile is newer.
      if (!this.#entries.has(value.deployment)) this.#entries.set(value.deployment, entryOf(value));
    });
    visited.orThrow();
  }
}

/** What an index knows of a record. */
export function entryOf(
  { deployment, desired }: Pick<AuthorityRecord, "deployment" | "desired">,
): DeploymentEntry {
  const needs = desired?.needs;
  return {
    deployment,
    contract: needs?.contract ?? "",
    kind: needs?.kind ?? "service",
    uses: Object.keys(needs?.contracts ?? {}),
  };
}
