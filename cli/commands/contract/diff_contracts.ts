import { isErr } from "../../../contracts/result.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import { diffNeeds } from "../../../reconcile/diff/diff_needs.ts";
import { needsOf } from "../../../reconcile/needs/needs.ts";
import { DIFF_EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { contractDiffText } from "../../view/contract_diff_view.ts";
import { githubAnnotations, githubFailure } from "../../view/github_annotations.ts";
import { junitFailure, junitReport } from "../../view/junit_report.ts";
import { printableJson } from "../../terminal/printable.ts";
import { changeJson, summaryJson } from "../../view/plan_json.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { readContract } from "./read_contract.ts";

/** Compares contracts: what accepting the new one in place of the old one would change. */
export async function diffContracts(
  command: {
    /** Contract files, manifests, or digests in the bundle of the project. */
    readonly old: string;
    readonly now: string;
    readonly format: "text" | "json" | "github-actions" | "junit";
  },
  context: CommandContext,
): Promise<ExitCode> {
  const options = { project: context.globals.project, signal: context.signal };
  const [old, now] = await Promise.all([
    readContract(command.old, options),
    readContract(command.now, options),
  ]);
  const { out } = context.terminal;
  const format = context.globals.json ? "json" : command.format;
  for (const [read, file] of [[old, command.old], [now, command.now]] as const) {
    const contract = read.take();
    if (!isErr(contract)) continue;
    const report = failureReport(format, contract.error, file);
    if (report !== undefined) out.line(report);
    failed(context, contract.error);
    return DIFF_EXIT_CODE.failure;
  }
  const [before, after] = [old.orThrow(), now.orThrow()];
  const changes = diffNeeds(
    needsOf(before.manifest, before.digest),
    needsOf(after.manifest, after.digest),
  );
  const id = after.manifest.id;
  switch (format) {
    case "text":
      out.line(contractDiffText(before, after, changes, out));
      break;
    case "json":
      out.line(printableJson({
        old: { contract: before.manifest.id, digest: before.digest, file: before.file },
        new: { contract: id, digest: after.digest, file: after.file },
        severity: severityOf(changes),
        summary: summaryJson(changes),
        changes: changes.map(changeJson),
      }));
      break;
    case "github-actions":
      for (const line of githubAnnotations(changes, { contract: id, file: after.file })) {
        out.line(line);
      }
      break;
    case "junit":
      out.line(junitReport(changes, { contract: id, file: after.file }));
  }
  return DIFF_EXIT_CODE[severityOf(changes)];
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
