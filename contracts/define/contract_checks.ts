import type { ContractManifest } from "../manifest/manifest.ts";
import type { Mistake } from "../manifest/mistake.ts";
import type { Result } from "../result.ts";
import type { SchemaProblem } from "../schema/declared/embed_schema.ts";

/** What authors are told about a contract, beyond what cannot be built at all. */
export interface ContractChecks {
  /** Keywords of a schema that say nothing, because they are misspelled or of no use. */
  readonly keywords: (schema: unknown) => readonly SchemaProblem[];
  /** The manifest as it is read, or every mistake in it. */
  readonly manifest: (manifest: unknown) => Result<ContractManifest, readonly Mistake[]>;
}

let checks: ContractChecks | undefined;

/**
 * Has all contracts that are defined from now on checked. Pages leave it out: it is as large as half of the
 * client, and whoever develops, deploys or approves a contract has checked it.
 */
export function checkContractsBy(given: ContractChecks): void {
  checks = given;
}

/** The checks of this program; undefined in pages. */
export function contractChecks(): ContractChecks | undefined {
  return checks;
}
