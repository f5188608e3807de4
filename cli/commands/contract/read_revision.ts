import { stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { ContractProblem } from "../../../contracts/discovery/discovery.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { checkOut } from "../../git/checkout.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { readJsonFile } from "../../program/json_source.ts";
import { leadsOut, type RevisionSource } from "./contract_source.ts";
import { moveConfiguration } from "./moved_configuration.ts";
import {
  contractProblems,
  type NamedContract,
  type NamedContracts,
  namedManifest,
  type ReadOptions,
} from "./named_contract.ts";

const READER = new URL("./revision_reader.ts", import.meta.url).href;

/** Reads the contracts that a commit has: of a file, or of a project. */
export async function readRevision(
  { commit, name, path = "" }: RevisionSource,
  { project, signal }: ReadOptions,
): Promise<Result<NamedContracts, ExplainedError>> {
  const shown = path === "" ? name : `${name}:${path}`;
  if (leadsOut(path)) {
    return err({ code: "not_found", message: `${path} is not in the repository ${commit.root}` });
  }
  const checkedOut = (await checkOut(commit, join(project, ".trellis"), signal)).take();
  if (isErr(checkedOut)) return checkedOut;
  await using checkout = checkedOut;
  const target = join(checkout.folder, path);
  const info = await stat(target).catch(() => undefined);
  if (info === undefined) return err({ code: "not_found", message: `there is no ${shown}` });
  const isProject = info.isDirectory();
  if (path.endsWith(".json") && !isProject) {
    const read = await readJsonFile(target);
    if (read.isErr()) return err(read.error);
    return namedManifest(read.value, shown).map((found) => ({ contracts: [found], isProject }));
  }
  const configuration = await moveConfiguration(isProject ? target : dirname(target), {
    from: commit.root,
    to: checkout.folder,
  });
  const written = (await runReader(target, configuration, signal)).take();
  if (isErr(written)) {
    return err({ ...written.error, message: `${shown}: ${written.error.message}` });
  }
  const { contracts, problems } = written;
  const isEmpty = problems.every(({ code }) => code === "no_contracts_folder" || code === "empty");
  if (problems.length > 0 && !(isProject && isEmpty)) return err(contractProblems(shown, problems));
  const found: NamedContract[] = [];
  for (const { manifest, file } of contracts) {
    const where = isProject ? join(path, file) : relative(checkout.folder, target);
    const named = namedManifest(manifest, `${name}:${where.replaceAll("\\", "/")}`);
    if (named.isErr()) return err(named.error);
    found.push(named.value);
  }
  return ok({ contracts: found, isProject });
}

interface ReadContracts {
  readonly contracts: readonly { readonly manifest: JsonValue; readonly file: string }[];
  readonly problems: readonly ContractProblem[];
}

async function runReader(
  target: string,
  configuration: string | undefined,
  signal: AbortSignal,
): Promise<Result<ReadContracts, ExplainedError>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      "--allow-read",
      "--unstable-worker-options",
      ...(configuration === undefined ? ["--no-config"] : ["--config", configuration]),
      READER,
      target,
    ],
    cwd: configuration === undefined ? dirname(target) : dirname(configuration),
    signal,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) {
    return err({
      code: "contract_problems",
      message: `its contracts cannot be read\n${text(stderr)}`,
    });
  }
  // The reader writes just that; manifests are checked again.
  const found: ReadContracts = JSON.parse(text(stdout));
  return ok(found);
}
