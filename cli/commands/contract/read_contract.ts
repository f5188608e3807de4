import { join } from "node:path";
import { discoverContracts, discoverFiles } from "../../../contracts/discovery/discovery.ts";
import { parseBundle } from "../../../contracts/manifest/bundle.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { textOfFile, textOfStdin } from "../../program/input/given_text.ts";
import { parseJson, readJsonFile, unreadable } from "../../program/input/json_source.ts";
import type { ContractSource } from "./contract_source.ts";
import {
  contractProblems,
  mistakesText,
  type NamedContract,
  type NamedContracts,
  namedManifest,
  type ReadOptions,
} from "./named_contract.ts";
import { readRevision } from "./read_revision.ts";

/** Reads the contracts behind a name. No server is asked. */
export async function readContracts(
  source: ContractSource,
  options: ReadOptions,
): Promise<Result<NamedContracts, ExplainedError>> {
  switch (source.kind) {
    case "project":
      return await readProject(source.path, options.signal);
    case "revision":
      return await readRevision(source, options);
    case "stdin":
      return one(await readPiped(textOfStdin, "standard input"));
    case "pipe":
      return one(await readPiped(() => textOfFile(source.path), source.path));
    case "digest":
      return one(await fromBundle(source.digest, options.project));
    case "file":
      return one(
        source.path.endsWith(".json")
          ? await readManifest(source.path)
          : await readContractFile(source.path, options.signal),
      );
  }
}

function one(
  contract: Result<NamedContract, ExplainedError>,
): Result<NamedContracts, ExplainedError> {
  return contract.map((found) => ({ contracts: [found], isProject: false }));
}

async function readProject(
  path: string,
  signal: AbortSignal,
): Promise<Result<NamedContracts, ExplainedError>> {
  const { contracts, problems } = await discoverContracts({ project: path, signal });
  return problems.length === 0
    ? ok({ contracts, isProject: true })
    : err(contractProblems(path, problems));
}

async function readContractFile(
  file: string,
  signal: AbortSignal,
): Promise<Result<NamedContract, ExplainedError>> {
  const { contracts, problems } = await discoverFiles([file], { signal });
  const [contract] = contracts;
  if (contract === undefined) return err(contractProblems(file, problems));
  const { manifest, digest, used } = contract;
  return ok({ manifest, digest, used, file });
}

async function readManifest(file: string): Promise<Result<NamedContract, ExplainedError>> {
  const read = await readJsonFile(file);
  return read.isErr() ? err(read.error) : namedManifest(read.value, file);
}

/** What comes through a pipe has no folder, and so no imports: a manifest, and no contract file. */
async function readPiped(
  read: () => Promise<string>,
  where: string,
): Promise<Result<NamedContract, ExplainedError>> {
  try {
    const text = await read();
    const value = parseJson(text, where);
    if (value.isOk()) return namedManifest(value.value, where);
    return err({
      ...value.error,
      hint: "a manifest is read from there; a contract file has to be named, as " +
        "contracts/shop.ts, or as git has it: HEAD:contracts/shop.ts",
    });
  } catch (error) {
    return err(unreadable(where, error));
  }
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
