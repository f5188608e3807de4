import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildBundle, bundleText } from "../../../contracts/manifest/bundle.ts";
import { canonicalJson } from "../../../contracts/json/canonical_json.ts";
import {
  type ContractProblem,
  discoverContracts,
  discoverFiles,
  type Discovery,
} from "../../../contracts/discovery/discovery.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ContractCommand } from "../../program/command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { table } from "../../terminal/table.ts";
import { problemsText } from "../../view/problem_view.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { runContractDiff } from "./run_contract_diff.ts";
import { readContract, readJson } from "./read_contract.ts";
import { noFile } from "../../program/json_source.ts";

/** Runs a `contract …` command. None of them needs a server. */
export function runContract(command: ContractCommand, context: CommandContext): Promise<ExitCode> {
  switch (command.kind) {
    case "contract_check":
      return check(command.paths, context);
    case "contract_build":
      return build(command.dir, command.out, context);
    case "contract_digest":
      return digest(command.file, context);
    case "contract_canonical":
      return canonical(command.file, context);
    case "contract_diff":
      return runContractDiff(command, context);
  }
}

async function check(paths: readonly string[], context: CommandContext): Promise<ExitCode> {
  const found = (await discoverPaths(paths, context)).take();
  if (isErr(found)) return failed(context, found.error);
  const { contracts, problems } = found;
  const { out } = context.terminal;
  context.output.data(
    {
      contracts: contracts.map(({ id, kind, digest, file }) => ({ id, kind, digest, file })),
      problems: problems.map((problem) => ({ ...problem })),
    },
    () =>
      table(
        contracts,
        [
          { heading: "contract", cell: ({ id }) => id },
          {
            heading: "kind",
            cell: ({ kind }) => kind,
          },
          { heading: "file", cell: ({ file }) => file },
          { heading: "digest", cell: ({ digest }) => digest, whole: true },
        ],
        out.columns,
        out.style,
      ),
  );
  if (problems.length === 0) return EXIT_CODE.ok;
  tellProblems(problems, context);
  return EXIT_CODE.failure;
}

/** For a person; with `--json` problems are in the answer. */
function tellProblems(problems: readonly ContractProblem[], context: CommandContext): void {
  const { err } = context.terminal;
  if (context.globals.json) return;
  err.line(`${err.style.red("error:")} ${problemsText(problems, err)}`);
}

async function build(
  dir: string,
  out: string | undefined,
  context: CommandContext,
): Promise<ExitCode> {
  const { contracts, problems } = await discoverContracts({ project: dir, signal: context.signal });
  if (problems.length > 0) {
    tellProblems(problems, context);
    const where = problems.map(({ file, message }) => `${file}: ${message}`).join("; ");
    return failed(context, {
      code: "contract_problems",
      message: `nothing was written, because the contracts in ${dir} have problems` +
        (context.globals.json ? `: ${where}` : ""),
    });
  }
  const file = out ?? join(dir, ".trellis", "manifest.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bundleText(buildBundle(contracts)));
  context.output.data(
    { file, contracts: contracts.map(({ id, digest }) => ({ id, digest })) },
    `wrote ${relative(".", file) || file}: ${contracts.length} contract(s)`,
  );
  return EXIT_CODE.ok;
}

async function digest(file: string, context: CommandContext): Promise<ExitCode> {
  const { signal, globals: { project } } = context;
  const found = (await readContract(file, { project, signal })).take();
  if (isErr(found)) return failed(context, found.error);
  context.output.data({ digest: found.digest }, found.digest);
  return EXIT_CODE.ok;
}

async function canonical(file: string, context: CommandContext): Promise<ExitCode> {
  const read = await readJson(file);
  if (read.isErr()) return failed(context, read.error);
  try {
    // The canonical text is the data itself, with and without --json.
    context.terminal.out.exact(`${canonicalJson(read.orThrow())}\n`);
    return EXIT_CODE.ok;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(context, { code: "not_canonical", message: `${file}: ${message}` });
  }
}

async function discoverPaths(
  paths: readonly string[],
  context: CommandContext,
): Promise<Result<Discovery, ExplainedError>> {
  const files: string[] = [];
  const all: Discovery[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) {
      return err(noFile(path));
    }
    if (info.isDirectory()) {
      all.push(await discoverContracts({ project: path, signal: context.signal }));
    } else files.push(path);
  }
  if (files.length > 0) all.push(await discoverFiles(files, { signal: context.signal }));
  return ok({
    contracts: all.flatMap(({ contracts }) => contracts),
    problems: all.flatMap(({ problems }) => problems),
  });
}
