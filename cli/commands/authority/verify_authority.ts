import { isErr } from "../../../contracts/result.ts";
import type { VerifyReport } from "../../../reconcile/verify/verify_evidence.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { progress } from "../../terminal/progress.ts";
import { verifyText } from "../../view/verify_view.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** Checks what is stored of a deployment; fails when anything is not as Trellis left it. */
export async function verifyDeployment(
  { deployment, expect }: {
    readonly deployment: string;
    /** A hash that the history has to contain. */
    readonly expect: string | undefined;
  },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const report = (await authority.verify(deployment, expect)).take();
  if (isErr(report)) return failed(context, report.error);
  context.output.data(reportJson(report), () => verifyText([report], context.terminal.out));
  return report.findings.length === 0 ? EXIT_CODE.ok : EXIT_CODE.failure;
}

/** Checks what is stored of every deployment. */
export async function verifyAll(
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, globals } = context;
  using work = progress(terminal, "verifying", globals.quiet || !terminal.err.isTerminal);
  const reports =
    (await authority.verifyAll((done, total) =>
      work.update(`verifying ${done} of ${total} deployments`)
    )).take();
  work[Symbol.dispose]();
  if (isErr(reports)) return failed(context, reports.error);
  context.output.data(
    reports.map(reportJson),
    () => reports.length === 0 ? "nothing is stored yet" : verifyText(reports, terminal.out),
  );
  return reports.every(({ findings }) => findings.length === 0) ? EXIT_CODE.ok : EXIT_CODE.failure;
}

function reportJson(report: VerifyReport): object {
  const { findings, head = null, ...rest } = report;
  return { ...rest, head, ok: findings.length === 0, findings };
}
