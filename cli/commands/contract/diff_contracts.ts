import { isErr, type Result } from "../../../contracts/result.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { DIFF_EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printableJson } from "../../terminal/printable.ts";
import { contractDiffText } from "../../view/contract_diff_view.ts";
import { githubAnnotations, githubFailure } from "../../view/github_annotations.ts";
import { junitFailure, junitReport } from "../../view/junit_report.ts";
import { changeJson, summaryJson } from "../../view/plan_json.ts";
import { type ContractPair, contractPairs } from "./contract_pairs.ts";
import { type ContractSource, contractSource, withPath } from "./contract_source.ts";
import type { NamedContract, NamedContracts } from "./named_contract.ts";
import { readContracts } from "./read_contract.ts";

/** Compares contracts: what accepting the new ones in place of the old ones would change. */
export async function diffContracts(
  command: {
    /** Contract files, manifests, projects, digests in the bundle of the project, or git revisions. */
    readonly old: string;
    readonly now: string;
    readonly format: "text" | "json" | "github-actions" | "junit";
  },
  context: CommandContext,
): Promise<ExitCode> {
  const { out } = context.terminal;
  const format = context.globals.json ? "json" : command.format;
  const fail = (error: ExplainedError, name: string) => {
    const report = failureReport(format, error, name);
    if (report !== undefined) out.line(report);
    failed(context, error);
    return DIFF_EXIT_CODE.failure;
  };
  const { signal, globals: { project } } = context;
  const old = (await contractSource(command.old, { other: command.now, project, signal })).take();
  if (isErr(old)) return fail(old.error, command.old);
  const now = (await contractSource(command.now, { other: command.old, project, signal })).take();
  if (isErr(now)) return fail(now.error, command.now);
  const [before, after] = await readBoth(old, now, context);
  if (before.isErr()) return fail(before.error, command.old);
  if (after.isErr()) return fail(after.error, command.now);
  const pairs = contractPairs(before.value, after.value);
  const [first] = pairs;
  switch (format) {
    case "text":
      for (const [index, pair] of pairs.entries()) {
        if (index > 0) out.line();
        out.line(contractDiffText(pair.old, pair.now, pair.changes, out));
      }
      if (pairs.length === 0) out.line("there are no contracts on either side");
      break;
    case "json": {
      const isProject = before.value.isProject || after.value.isProject;
      out.line(printableJson(
        first !== undefined && !isProject ? pairJson(first) : {
          severity: severityOf(pairs.flatMap(({ changes }) => changes)),
          contracts: pairs.map(pairJson),
        },
      ));
      break;
    }
    case "github-actions":
      for (const { id, old, now, changes } of pairs) {
        const file = (now ?? old)?.file ?? "";
        for (const line of githubAnnotations(changes, { contract: id, file })) out.line(line);
      }
      break;
    case "junit":
      out.line(junitReport(pairs.map(({ id, old, now, changes }) => ({
        contract: id,
        file: (now ?? old)?.file ?? "",
        changes,
      }))));
  }
  return DIFF_EXIT_CODE[severityOf(pairs.flatMap(({ changes }) => changes))];
}

/** Standard input is read once, so that a contract can be compared with itself. */
async function readBoth(
  old: ContractSource,
  now: ContractSource,
  { globals: { project }, signal }: CommandContext,
): Promise<
  readonly [Result<NamedContracts, ExplainedError>, Result<NamedContracts, ExplainedError>]
> {
  const options = { project, signal };
  const before = await readContracts(await withPath(old, now, project), options);
  const after = old.kind === "stdin" && now.kind === "stdin"
    ? before
    : await readContracts(await withPath(now, old, project), options);
  return [before, after];
}

function pairJson({ id, old, now, changes }: ContractPair): object {
  return {
    ...(old === undefined || now === undefined ? { contract: id } : {}),
    old: sideJson(old),
    new: sideJson(now),
    severity: severityOf(changes),
    summary: summaryJson(changes),
    changes: changes.map(changeJson),
  };
}

function sideJson(side: NamedContract | undefined): object | null {
  return side === undefined
    ? null
    : { contract: side.manifest.id, digest: side.digest, file: side.file };
}

/** For programs that look at nothing but the report: an empty one would pass for a good one. */
function failureReport(
  format: string,
  { message, hint }: ExplainedError,
  file: string,
): string | undefined {
  const whole = hint === undefined ? message : `${message}\n${hint}`;
  if (format === "junit") return junitFailure(whole, file);
  return format === "github-actions" ? githubFailure(whole, file) : undefined;
}

function severityOf(changes: readonly Change[]): "none" | "safe" | "dangerous" {
  if (changes.length === 0) return "none";
  return changes.some(({ severity }) => severity === "dangerous") ? "dangerous" : "safe";
}
