import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BUNDLE_FORMAT, parseBundle } from "../../../contracts/manifest/bundle.ts";
import { type ContractProblem, discoverFiles } from "../../../contracts/discovery/discovery.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { parseManifest } from "../../../contracts/manifest/manifest_check.ts";
import type { Mistake } from "../../../contracts/manifest/mistake.ts";
import { manifestDigest } from "../../../contracts/manifest/projection.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { noFile, readJsonFile } from "../../program/json_source.ts";

/** A contract that somebody named. */
export interface NamedContract {
  readonly manifest: ContractManifest;
  readonly digest: string;
  /** Where it was read. */
  readonly file: string;
}

const DIGEST = /^[\w-]{43}$/;

/**
 * Reads a contract: a contract file, a manifest, or the digest of a contract in the bundle of a
 * project. No server is asked.
 */
export async function readContract(
  named: string,
  options: { readonly project: string; readonly signal: AbortSignal },
): Promise<Result<NamedContract, ExplainedError>> {
  const isFile = await stat(named).then((info) => info.isFile(), () => undefined);
  if (isFile === undefined && DIGEST.test(named)) return await fromBundle(named, options.project);
  if (isFile === undefined) return err(noFile(named));
  return named.endsWith(".json")
    ? await readManifest(named)
    : await readContractFile(named, options.signal);
}

async function readContractFile(
  file: string,
  signal: AbortSignal,
): Promise<Result<NamedContract, ExplainedError>> {
  const { contracts, problems } = await discoverFiles([file], { signal });
  const [contract] = contracts;
  if (contract === undefined) return err(firstProblem(file, problems));
  return ok({ manifest: contract.manifest, digest: contract.digest, file });
}

async function readManifest(file: string): Promise<Result<NamedContract, ExplainedError>> {
  const read = await readJsonFile(file);
  if (read.isErr()) return err(read.error);
  const value = read.value;
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

async function fromBundle(
  digest: string,
  project: string,
): Promise<Result<NamedContract, ExplainedError>> {
  const file = join(project, ".trellis", "manifest.json");
  const looked = `there is no file ${digest}; looked for the digest in ${file}`;
  const read = await readJsonFile(file);
  if (read.isErr()) {
    return err({
      code: "not_found",
      message: `${looked}: ${read.error.message}`,
      hint: "--project says where the project is; the bundle is written by",
      command: ["contract", "build"],
    });
  }
  const bundle = parseBundle(read.value);
  if (bundle.isErr()) {
    return err({
      code: "not_a_bundle",
      message: `${looked}, which is not a bundle\n${mistakesText(bundle.error)}`,
      hint: "write it again",
      command: ["contract", "build"],
    });
  }
  const { contracts } = bundle.value;
  const found = contracts.find((contract) => contract.digest === digest);
  if (found !== undefined) return ok({ manifest: found.manifest, digest, file: found.file });
  const known = contracts.map((contract) => `  ${contract.digest}  ${contract.id}`);
  return err({
    code: "not_found",
    message: `${looked}, which has\n${known.join("\n") || "  no contracts"}`,
    hint: "a digest that is in no bundle any more is found by its manifest alone",
  });
}

function mistakesText(mistakes: readonly Mistake[]): string {
  return mistakes.map(({ path, message }) => `  ${path || "/"}  ${message}`).join("\n");
}

function firstProblem(file: string, problems: readonly ContractProblem[]): ExplainedError {
  const lines = problems.map(({ path, message, fix }) =>
    `  ${path === "" ? "" : `${path}  `}${message}\n    ${fix}`
  );
  return { code: "contract_problems", message: `${file} is no contract\n${lines.join("\n")}` };
}
