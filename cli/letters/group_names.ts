import type { Bindings } from "../../contracts/stored/bindings.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import type { WorkKind } from "../../contracts/stored/work_names.ts";

/** The members of bindings that name who can give something up. */
export type NamedWork =
  & Pick<Bindings, "jobs" | "operations">
  & { readonly groups?: Readonly<Record<string, { readonly name?: string }>> | undefined };

/**
 * How those are called in their contract, and on the server, who can give something up: a group that was renamed
 * is stored under its first name, and an operation under one without dots.
 */
export class GroupNames {
  readonly #stored = new Map<string, string>();
  readonly #declared = new Map<string, string>();
  readonly #classes = new Map<string, number>();

  /** @param bindings of a deployment */
  constructor({ groups = {}, jobs = {}, operations = {} }: NamedWork = {}) {
    for (const [group, { name = group }] of Object.entries(groups)) this.#add("group", group, name);
    for (const [queue, { consumers }] of Object.entries(jobs)) {
      this.#add("job", queue, queueName(queue));
      this.#classes.set(queue, consumers.length);
    }
    for (const name of Object.keys(operations)) this.#add("operation", name, queueName(name));
  }

  /** The name on the server; where no kind is said, that of a group or an operation. */
  stored(group: string, kind?: WorkKind): string {
    if (kind !== undefined) return this.#stored.get(`${kind}.${group}`) ?? queueName(group);
    return this.#stored.get(`group.${group}`) ?? queueName(group);
  }

  /** Whether something takes back what is kept under a name of the contract. */
  has(kind: WorkKind, group: string): boolean {
    return this.#stored.has(`${kind}.${group}`);
  }

  /** The name in the contract. */
  declared(kind: string, name: string): string {
    return this.#declared.get(`${kind}.${name}`) ?? name;
  }

  /** Classes of priority that a queue has; 1 for everything else. */
  classes(kind: WorkKind, name: string): number {
    return kind === "job" ? this.#classes.get(name) ?? 1 : 1;
  }

  #add(kind: WorkKind, declared: string, stored: string): void {
    this.#stored.set(`${kind}.${declared}`, stored);
    this.#declared.set(`${kind}.${stored}`, declared);
  }
}
