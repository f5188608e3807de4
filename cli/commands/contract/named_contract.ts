import type { ContractProblem } from "../../../contracts/discovery/discovery.ts";
import { isRecord, type JsonValue } from "../../../contracts/json/json.ts";
import { BUNDLE_FORMAT } from "../../../contracts/manifest/bundle.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { parseManifest } from "../../../contracts/manifest/manifest_check.ts";
import type { Mistake } from "../../../contracts/manifest/mistake.ts";
import { manifestDigest } from "../../../contracts/manifest/projection.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** A contract that a person named. */
export interface NamedContract {
  readonly manifest: ContractManifest;
  readonly digest: string;
  /** Where it was read. */
  readonly file: string;
  /** Manifests of the contracts that it uses, as JSON texts that nobody has checked; missing where they are not known. */
  readonly used?: readonly string[] | undefined;
}

/** The contracts behind one name. */
export interface NamedContracts {
  readonly contracts: readonly NamedContract[];
  /** All contracts of a project, rather than one that was named. */
  readonly isProject: boolean;
}

/** What reading depends on. */
export interface ReadOptions {
  readonly project: string;
  readonly signal: AbortSignal;
}

/** Checks a manifest that was read somewhere. */
export function namedManifest(
  value: JsonValue,
  file: string,
): Result<NamedContract, ExplainedError> {
  const parsed = parseManifest(value);
  if (parsed.isOk()) {
    return ok({ manifest: parsed.value, digest: manifestDigest(parsed.value), file });
  }
  if (isRecord(value) && value.format === BUNDLE_FORMAT) {
    return err({
      code: "not_a_manifest",
      message: `${file} is a bundle of contracts`,
      hint: "name the digest of one of them, with --project where the bundle is not here",
    });
  }
  return err({
    code: "not_a_manifest",
    message: `${file} is not a contract manifest\n${mistakesText(parsed.error)}`,
    hint: "mend these, or name a contract file",
  });
}

/** Mistakes of a manifest or a bundle, a line each. */
export function mistakesText(mistakes: readonly Mistake[]): string {
  return mistakes.map(({ path, message }) => `  ${path || "/"}  ${message}`).join("\n");
}

/** Why a file, or a project, gives no contract. */
export function contractProblems(
  where: string,
  problems: readonly ContractProblem[],
): ExplainedError {
  const lines = problems.map(({ path, message, fix }) =>
    `  ${path === "" ? "" : `${path}  `}${message}\n    ${fix}`
  );
  return { code: "contract_problems", message: `${where} is no contract\n${lines.join("\n")}` };
}
