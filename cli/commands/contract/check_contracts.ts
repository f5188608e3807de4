import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import {
  discoverContracts,
  discoverFiles,
  type Discovery,
} from "../../../contracts/discovery/discovery.ts";
import { undeclaredCapabilities } from "../../../contracts/manifest/undeclared_capabilities.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { noFile } from "../../program/input/json_source.ts";
import { printable } from "../../terminal/printable.ts";
import { table } from "../../terminal/table.ts";
import { checkOnce } from "../../type_check/deno_check.ts";
import type { TypeProblem } from "../../type_check/type_problem.ts";
import { typeProblemsText } from "../../view/type_problems_view.ts";
import { reportProblems } from "./report_problems.ts";

/** What was found in a project, or in files that were named. */
interface CheckedPlace extends Discovery {
  /** The folder that its files are relative to; absolute. */
  readonly folder: string;
}

/** Reports every mistake in the contracts of projects and files, those of their types included. */
export async function checkContracts(
  values: {
    /** Projects and contract files; none: the `--project` option. */
    readonly paths: readonly string[];
    /** Leave out the types. */
    readonly noTypes: boolean;
  },
  context: CommandContext,
): Promise<ExitCode> {
  const paths = values.paths.length > 0 ? values.paths : [context.globals.project];
  const found = (await discoverPaths(paths, context)).take();
  if (isErr(found)) return failed(context, found.error);
  const contracts = found.flatMap((place) => place.contracts);
  const problems = found.flatMap((place) => place.problems);
  const types = values.noTypes
    ? []
    : (await Promise.all(found.map((place) => checkTypes(place, context.signal)))).flat();
  const undeclared = undeclaredCapabilities(contracts.map(({ manifest }) => manifest));
  const { out, err: screen } = context.terminal;
  context.output.data(
    {
      contracts: contracts.map(({ id, kind, digest, file }) => ({ id, kind, digest, file })),
      problems: problems.map((problem) => ({ ...problem })),
      typeProblems: types,
      undeclaredCapabilities: undeclared,
    },
    () =>
      table(
        contracts,
        [
          { heading: "contract", cell: ({ id }) => id },
          { heading: "kind", cell: ({ kind }) => kind },
          { heading: "file", cell: ({ file }) => file },
          { heading: "digest", cell: ({ digest }) => digest, whole: true },
        ],
        out.columns,
        out.style,
      ),
  );
  for (const { contract, place, key } of context.globals.json ? [] : undeclared) {
    context.output.warn(
      `${contract} asks for ${printable(key)} (${
        printable(place)
      }), which no contract declares here: ` +
        "define it in capabilities, or add the contract that does to uses",
    );
  }
  if (problems.length > 0) reportProblems(problems, context);
  if (types.length > 0 && !context.globals.json) {
    screen.line(`${screen.style.red("error:")} type errors`);
    screen.line(typeProblemsText(types, screen));
  }
  return problems.length === 0 && types.length === 0 ? EXIT_CODE.ok : EXIT_CODE.failure;
}

/** The problems of the types, with files relative to the place, as those of contracts are. */
async function checkTypes(
  { folder, contracts, problems }: CheckedPlace,
  signal: AbortSignal,
): Promise<readonly TypeProblem[]> {
  const files = new Set([...contracts, ...problems].map(({ file }) => file));
  const found = await checkOnce([...files].map((file) => join(folder, file)), {
    projectDir: folder,
    denoPath: Deno.execPath(),
    signal,
  });
  return found.map((problem) => ({ ...problem, file: relative(folder, problem.file) || "." }));
}

async function discoverPaths(
  paths: readonly string[],
  context: CommandContext,
): Promise<Result<readonly CheckedPlace[], ExplainedError>> {
  const files: string[] = [];
  const places: CheckedPlace[] = [];
  const { signal } = context;
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) return err(noFile(path));
    if (!info.isDirectory()) files.push(path);
    else {places.push({
        folder: resolve(path),
        ...await discoverContracts({ project: path, signal }),
      });}
  }
  if (files.length > 0) {
    places.push({ folder: resolve("."), ...await discoverFiles(files, { signal }) });
  }
  return ok(places);
}
