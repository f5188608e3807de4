import { isErr, type Result } from "../../../contracts/result.ts";
import {
  type HistoryReport,
  missingHeads,
  verifyHistory,
} from "../../../reconcile/audit/verify_history.ts";
import { type LetIn, verifyAudit } from "../../../reconcile/audit/verify_audit.ts";
import { NatsUserStore } from "../../../reconcile/nats/users/nats_user_store.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { auditToRead } from "../../../reconcile/nats/open_audit.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { TrustedKeys } from "../../../reconcile/records/trusted_keys.ts";
import type { ChainReport, VerifyReport } from "../../../reconcile/verify/verify_report.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { progress } from "../../terminal/progress.ts";
import { verifyText } from "../../view/verify_view.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** What histories are checked against. */
export interface VerifyValues {
  /** Hashes that were seen before, and that the histories still have to contain. */
  readonly head: readonly string[] | undefined;
  /** Public keys whose signatures count, beside those of the project. */
  readonly trust: readonly string[] | undefined;
}

/** Checks what is stored of a deployment; fails when anything is not as Trellis left it. */
export async function verifyDeployment(
  { deployment, head = [], trust }: VerifyValues & { readonly deployment: string },
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const roots = rootsWith(link, trust);
  const texts = (await (await auditToRead(link.messaging.connection)).read()).take();
  if (isErr(texts)) return failed(context, texts.error);
  const audit = verifyAudit(texts, roots);
  const report = (await link.authority.verify(deployment, audit.trust)).take();
  if (isErr(report)) return failed(context, report.error);
  const whole: VerifyReport = {
    ...report,
    // Who may sign is said there, so what is wrong there counts here.
    findings: [...report.findings, ...audit.findings, ...missingHeads(head, [report])],
  };
  context.output.data(
    { deployment, version: report.version, ...chainJson(whole) },
    () => verifyText([{ what: deployment, ...whole }], roots, context.terminal.out),
  );
  return exitOf([whole]);
}

/** Checks what is stored of every deployment, all grants, and the audit history. */
export async function verifyAll(
  { head = [], trust }: VerifyValues,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, globals } = context;
  const roots = rootsWith(link, trust);
  using work = progress(terminal, "verifying", globals.quiet || !terminal.err.isTerminal);
  const report = (await readAll(
    link,
    roots,
    (done, total) => work.update(`verifying ${done} of ${total} deployments`),
  )).take();
  work[Symbol.dispose]();
  if (isErr(report)) return failed(context, report.error);
  const { deployments, grants, audit } = report;
  const chains = [...deployments, ...grants, audit];
  const gone = missingHeads(head, chains);
  const named = [
    ...deployments.map((one) => ({ what: one.deployment, ...one })),
    ...grants.map((one) => ({ what: `grants of ${one.holder}`, ...one })),
    { what: "audit history", ...audit, findings: [...audit.findings, ...gone] },
  ];
  context.output.data(
    {
      ok: named.every(({ findings }) => findings.length === 0),
      trusted: [...audit.trust.trusted ?? []].map(([key, { name }]) => ({ key, name })),
      deployments: deployments.map((one) => ({
        deployment: one.deployment,
        version: one.version,
        ...chainJson(one),
      })),
      grants: grants.map((one) => ({ holder: one.holder, ...chainJson(one) })),
      audit: chainJson({ ...audit, findings: [...audit.findings, ...gone] }),
    },
    () => verifyText(named, roots, terminal.out),
  );
  return exitOf(named);
}

async function readAll(
  { authority, messaging }: Connected,
  roots: TrustedKeys | undefined,
  told: (done: number, total: number) => void,
): Promise<Result<HistoryReport, AuthorityError>> {
  const { connection } = messaging;
  const access = (await openAccess(connection, authority)).take();
  if (isErr(access)) return access;
  const sources = {
    authority,
    audit: await auditToRead(connection),
    holdings: access.store,
    letIn: () => letInBy(connection),
  };
  return await verifyHistory(sources, roots, told);
}

async function letInBy(connection: Connected["messaging"]["connection"]): Promise<LetIn> {
  const [sessions, users] = await Promise.all([
    NatsSessionStore.open(connection).then((store) => store.list()),
    NatsUserStore.open(connection).then((store) => store.orThrow().loadAll()),
  ]);
  return { sessions, users: users.orThrow().found };
}

function rootsWith(
  { roots }: Connected,
  trust: readonly string[] | undefined,
): TrustedKeys | undefined {
  if (trust === undefined) return roots;
  return new Map([...roots ?? [], ...trust.map((key) => [key, { name: "--trust" }] as const)]);
}

function exitOf(reports: readonly ChainReport[]): ExitCode {
  return reports.every(({ findings }) => findings.length === 0) ? EXIT_CODE.ok : EXIT_CODE.failure;
}

function chainJson({ hashes, signedFrom, findings, notes }: ChainReport): object {
  return {
    entries: hashes.length,
    head: hashes.at(-1) ?? null,
    signedFrom: signedFrom ?? null,
    ok: findings.length === 0,
    findings,
    notes,
  };
}
