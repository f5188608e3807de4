import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import type { Mistake } from "../../contracts/manifest/mistake.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import type { KnownDeployments } from "../decisions/known_deployments.ts";
import type { Needs } from "../needs/need_types.ts";
import { needsOf } from "../needs/needs.ts";
import type { ScanOptions } from "../impact/bucket_scanner.ts";
import type { AuthorityMode, AuthorityRecord, Plan } from "../records/authority_record.ts";

/** A contract that asks for its place in a deployment. */
export interface Presentation {
  readonly manifest: ContractManifest;
  readonly digest: string;
  /** The contract's name without its version when left out. */
  readonly deployment?: string;
}

/** What presenting a contract led to. */
export interface Presented {
  readonly deployment: string;
  /** `accepted`: a safe plan that the process accepted by itself. */
  readonly kind: "unchanged" | "pending" | "accepted";
  readonly record: AuthorityRecord;
  /** The plan that was made, or that is pending already. */
  readonly plan?: Plan;
  /** What could not be found out about the data, in sentences. */
  readonly problems?: readonly string[];
}

/** How contracts are presented. */
export interface PresentOptions {
  readonly mode: AuthorityMode;
  /** Who presents. */
  readonly by: string;
  /** How buckets are looked at that a dangerous change concerns; 3 seconds each unless given. */
  readonly scan?: ScanOptions;
}

/** What a presentation asks for. */
export interface RequestedNeeds {
  readonly deployment: string;
  readonly needs: Needs;
}

/** Reads what a presentation asks for; refuses one that nothing can come of. */
export function requestedNeeds(
  { manifest, digest, deployment = contractName(manifest.id) }: Presentation,
): Result<RequestedNeeds, AuthorityError> {
  const format: string = manifest.format;
  if (format !== "trellis.contract.v1") {
    return err(
      new AuthorityError(
        "newer_format",
        `${manifest.id} has the format ${format.slice(0, 60)}, which this Trellis does not know`,
        "update Trellis; nothing was changed",
      ),
    );
  }
  const parsed = parseManifest(manifest);
  if (parsed.isErr()) return err(invalid(manifest.id, parsed.error));
  return ok({ deployment, needs: needsOf(manifest, digest) });
}

/** Refuses what asks for a deployment that cannot be read, or that another one has asked for. */
export function refuseDeployment(
  { deployment, needs }: RequestedNeeds,
  known: KnownDeployments,
  seen: Set<string>,
): AuthorityError | undefined {
  const problem = known.problem(deployment);
  if (problem !== undefined) return problem;
  if (seen.has(deployment)) return twoContracts(deployment, needs.contract);
  seen.add(deployment);
  return undefined;
}

function invalid(contract: string, mistakes: readonly Mistake[]): AuthorityError {
  const [first, ...more] = mistakes;
  const rest = more.length === 0 ? "" : `, and ${more.length} more`;
  return new AuthorityError(
    "contract_invalid",
    `${contract} is no valid contract: ${first?.path} ${first?.message}${rest}`,
    first?.fix ?? "every mistake is reported by",
    first === undefined ? { command: ["contract", "check"] } : {},
  );
}

function twoContracts(deployment: string, contract: string): AuthorityError {
  return new AuthorityError(
    "contract_mismatch",
    `${contract} asks for the deployment ${deployment}, which another contract has asked for`,
    "one deployment runs one contract: rename one of them",
  );
}
