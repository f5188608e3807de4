import { join, relative } from "node:path";
import { discoverContracts } from "../../../contracts/discovery/discovery.ts";
import { buildBundle, bundleText } from "../../../contracts/manifest/bundle.ts";
import { isErr } from "../../../contracts/result.ts";
import { writeWhole } from "../../files/write_whole.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { reportProblems } from "./report_problems.ts";

/** Writes the bundle of a project's contracts. */
export async function buildContracts(
  { dir, out }: {
    /** Undefined: the `--project` option. */
    readonly dir: string | undefined;
    /** Undefined: the usual place inside the project. */
    readonly out: string | undefined;
  },
  context: CommandContext,
): Promise<ExitCode> {
  const project = dir ?? context.globals.project;
  const { contracts, problems } = await discoverContracts({ project, signal: context.signal });
  if (problems.length > 0) {
    reportProblems(problems, context);
    const where = problems.map(({ file, message }) => `${file}: ${message}`).join("; ");
    return failed(context, {
      code: "contract_problems",
      message: `nothing was written, because the contracts in ${project} have problems` +
        (context.globals.json ? `: ${where}` : ""),
    });
  }
  const file = out ?? join(project, ".trellis", "manifest.json");
  const written = (await writeWhole(file, bundleText(buildBundle(contracts)))).take();
  if (isErr(written)) return failed(context, written.error);
  context.output.data(
    { file, contracts: contracts.map(({ id, digest }) => ({ id, digest })) },
    `wrote ${relative(".", file) || file}: ${contracts.length} contract(s)`,
  );
  return EXIT_CODE.ok;
}
