import { digestJson } from "../../contracts/json/digest.ts";
import type { Owner } from "./owner.ts";

/** Longest physical name; NATS allows more, file systems do not. */
const MAX_LENGTH = 100;

/**
 * Physical names in the order in which they are to be tried: `svc_<service>_<alias>` in snake case,
 * and for the later of two owners that would meet in it, the same with a short hash of the owner.
 *
 * @param count how many; more than two are needed only where an alias was renamed more than once
 */
export function physicalNames(
  owner: Owner,
  count = 2,
): readonly [plain: string, distinct: string, ...more: string[]] {
  const plain = `svc_${snakeCase(owner.deployment)}_${snakeCase(owner.alias)}`;
  const distinct = distinctName(plain, owner, 0);
  const more = Array.from({ length: count - 2 }, (_, i) => distinctName(plain, owner, i + 1));
  return [plain.length <= MAX_LENGTH ? plain : distinct, distinct, ...more];
}

function distinctName(plain: string, owner: Owner, index: number): string {
  const { deployment, contract, alias, kind } = owner;
  const identity = [deployment, contract, alias, kind, ...(index === 0 ? [] : [index])];
  const hash = digestJson(identity).replace(/[^A-Za-z0-9]/g, "");
  return `${plain.slice(0, MAX_LENGTH - 9)}_${hash.slice(0, 8).toLowerCase()}`;
}

/** `jobCache`, `job-cache` and `job.cache` -> `job_cache`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "").toLowerCase();
}
