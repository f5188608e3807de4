import { stat } from "node:fs/promises";
import {
  discoverContracts,
  discoverFiles,
  type Discovery,
} from "../../../contracts/discovery/discovery.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { table } from "../../terminal/table.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { reportProblems } from "./report_problems.ts";
import { noFile } from "../../program/json_source.ts";

/** Reports every mistake in the contracts of projects and files. */
export async function checkContracts(
  values: { readonly paths: readonly string[] },
  context: CommandContext,
): Promise<ExitCode> {
  const paths = values.paths.length > 0 ? values.paths : [context.globals.project];
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
  reportProblems(problems, context);
  return EXIT_CODE.failure;
}

async function discoverPaths(
  paths: readonly string[],
  context: CommandContext,
): Promise<Result<Discovery, ExplainedError>> {
  const files: string[] = [];
  const all: Discovery[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) return err(noFile(path));
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
