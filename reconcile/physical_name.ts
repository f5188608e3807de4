import { digestJson } from "../contracts/digest.ts";

/** Whose resource it is: written into the stream's metadata, and the identity of its data. */
export interface Owner {
  readonly deployment: string;
  /** Contract id: the lineage. */
  readonly contract: string;
  readonly alias: string;
  readonly kind: "kv" | "store";
}

/** Longest physical name; NATS allows more, file systems do not. */
const MAX_LENGTH = 100;

/**
 * Physical names in the order in which they are to be tried: `svc_<service>_<alias>` in snake case,
 * and for the later of two owners that would meet in it, the same with a short hash of the owner.
 */
export function physicalNames(owner: Owner): readonly [plain: string, distinct: string] {
  const plain = `svc_${snakeCase(owner.deployment)}_${snakeCase(owner.alias)}`;
  const { deployment, contract, alias, kind } = owner;
  const hash = digestJson([deployment, contract, alias, kind]).replace(/[^A-Za-z0-9]/g, "");
  const distinct = `${plain.slice(0, MAX_LENGTH - 9)}_${hash.slice(0, 8).toLowerCase()}`;
  return [plain.length <= MAX_LENGTH ? plain : distinct, distinct];
}

/** `jobCache`, `job-cache` and `job.cache` -> `job_cache`. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "").toLowerCase();
}
