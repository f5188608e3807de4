import type { ContractProblem } from "../../../contracts/discovery/discovery.ts";
import type { CommandContext } from "../../program/command_context.ts";
import { problemsText } from "../../view/problem_view.ts";

/** Reports problems of contracts to a person; with `--json` they are in the answer. */
export function reportProblems(
  problems: readonly ContractProblem[],
  { terminal: { err }, globals }: CommandContext,
): void {
  if (globals.json) return;
  err.line(`${err.style.red("error:")} ${problemsText(problems, err)}`);
}
