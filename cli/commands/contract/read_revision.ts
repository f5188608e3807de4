import { stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { discoverContracts, discoverFiles } from "../../../contracts/discovery/discovery.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { checkOut } from "../../git/checkout.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { readJsonFile } from "../../program/input/json_source.ts";
import { leadsOut, type RevisionSource } from "./contract_source.ts";
import { moveConfiguration } from "./moved_configuration.ts";
import {
  contractProblems,
  type NamedContracts,
  namedManifest,
  type ReadOptions,
} from "./named_contract.ts";

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
  await moveConfiguration(isProject ? target : dirname(target), {
    from: commit.root,
    to: checkout.folder,
  });
  const { contracts, problems } = isProject
    ? await discoverContracts({ project: target, signal })
    : await discoverFiles([target], { signal });
  const isEmpty = problems.every(({ code }) => code === "no_contracts_folder" || code === "empty");
  if (problems.length > 0 && !(isProject && isEmpty)) return err(contractProblems(shown, problems));
  const found = contracts.map(({ manifest, digest, file }) => {
    const where = isProject ? join(path, file) : relative(checkout.folder, target);
    return { manifest, digest, file: `${name}:${where.replaceAll("\\", "/")}` };
  });
  return ok({ contracts: found, isProject });
}
