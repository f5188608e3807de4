import type { AuthorityError } from "../records/authority_error.ts";
import type { ContractUser } from "../diff/diff_context.ts";
import type { ReadAll, Stored } from "../records/record_store.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";

/** What is known of all deployments when contracts are planned together. */
export class KnownDeployments {
  /** Subject to the deployment that serves it, or is about to. */
  readonly taken = new Map<string, string>();
  readonly #records: ReadonlyMap<string, Stored<AuthorityRecord>>;
  readonly #problems: ReadonlyMap<string, AuthorityError>;
  readonly #users: readonly ContractUser[];

  /** @param all as it was read */
  constructor({ found, problems }: ReadAll<Stored<AuthorityRecord>>) {
    this.#records = new Map(found.map((stored) => [stored.value.deployment, stored]));
    this.#problems = new Map(problems.map(({ deployment, error }) => [deployment, error]));
    this.#users = found.flatMap(({ value: { deployment, desired } }) => {
      const uses = desired?.needs.contracts ?? {};
      return Object.keys(uses).length === 0 ? [] : [{ deployment, uses }];
    });
    for (const { value } of found) this.add(value);
  }

  /** The record of a deployment. */
  record(deployment: string): Stored<AuthorityRecord> | undefined {
    return this.#records.get(deployment);
  }

  /** Why the record of a deployment cannot be read. */
  problem(deployment: string): AuthorityError | undefined {
    return this.#problems.get(deployment);
  }

  /** The other deployments, with what they use. */
  usersFor(deployment: string): readonly ContractUser[] {
    return this.#users.filter((user) => user.deployment !== deployment);
  }

  /** Takes the surfaces of a deployment into account, those that a plan asks for included. */
  add({ deployment, desired }: AuthorityRecord, plan?: Plan): void {
    for (const needs of [desired?.needs, plan?.needs]) {
      for (const subject of Object.keys(needs?.surfaces ?? {})) {
        if (!this.taken.has(subject)) this.taken.set(subject, deployment);
      }
    }
  }
}
