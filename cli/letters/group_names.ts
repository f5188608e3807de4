import type { GroupBinding } from "../../contracts/stored/bindings.ts";

/** How groups are called in their contract, and on the server: who was renamed is stored under its first name. */
export class GroupNames {
  readonly #stored: ReadonlyMap<string, string>;
  readonly #declared: ReadonlyMap<string, string>;

  /** @param groups as the bindings of a deployment have them */
  constructor(groups: Readonly<Record<string, Pick<GroupBinding, "name">>> = {}) {
    const names = Object.entries(groups).map(([group, { name = group }]) => [group, name] as const);
    this.#stored = new Map(names);
    this.#declared = new Map(names.map(([group, name]) => [name, group]));
  }

  /** The name on the server. */
  stored(group: string): string {
    return this.#stored.get(group) ?? group;
  }

  /** Whether there is a group that takes back what is kept under a name of the contract. */
  has(group: string): boolean {
    return this.#stored.has(group);
  }

  /** The name in the contract. */
  declared(name: string): string {
    return this.#declared.get(name) ?? name;
  }
}
