import type { SessionContract } from "../../../contracts/stored/session_record.ts";
import type { StateContract } from "../../../runtime/platform/state/state_place.ts";
import { FreshAnswers } from "../../../runtime/session/fresh_answers.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import type { StateDeclaration } from "../../../reconcile/authority/state_declaration.ts";

/** Where it is read what contracts declare. Rejects when it cannot be read. */
export interface DeclaredState {
  /** What a contract declares at a digest; undefined when that may not run. */
  stateOf(contract: SessionContract): Promise<StateDeclaration | undefined>;
  /** What was accepted of a contract that somebody runs. */
  recordOf(id: string): Promise<AuthorityRecord | undefined>;
}

/** Declarations that are remembered at once; each holds schemas that were compiled. */
const MOST = 1000;

/**
 * What contracts declare of state, for requests that come by the thousand: whether a digest may run is looked
 * up about once a second, and what it declares is kept for good, with what was made of its schemas.
 */
export class StateContracts {
  readonly #contracts: DeclaredState;
  readonly #asked = new FreshAnswers<StateContract | undefined>();
  readonly #known = new Map<string, StateContract>();

  /** @param contracts are read each time */
  constructor(contracts: DeclaredState) {
    this.#contracts = contracts;
  }

  /** What a contract declares at a digest; undefined when that may not run. Rejects when it cannot be read. */
  at({ id, digest }: SessionContract): Promise<StateContract | undefined> {
    return this.#asked.get(`${id} ${digest}`, async () => {
      const stores = await this.#contracts.stateOf({ id, digest });
      return stores && this.#remember({ id, digest, stores });
    });
  }

  /** What a contract declares at the digest that was accepted last; undefined: none was. Rejects likewise. */
  accepted(id: string): Promise<StateContract | undefined> {
    return this.#asked.get(id, async () => {
      const needs = (await this.#contracts.recordOf(id))?.desired?.needs;
      if (needs?.contract !== id) return undefined;
      return this.#remember({ id, digest: needs.digest, stores: needs.state ?? {} });
    });
  }

  #remember(contract: StateContract): StateContract {
    const name = `${contract.id} ${contract.digest}`;
    const known = this.#known.get(name) ?? contract;
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? "");
    return known;
  }
}
