import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { KeptStream } from "../../../reconcile/resources/kept_streams.ts";
import type { ResourceLimits, ResourcePolicy } from "../../../reconcile/resources/policy.ts";
import { type Setting, SETTINGS } from "../../../reconcile/resources/settings.ts";
import {
  type LayoutPolicy,
  placementText,
  policyOf,
  type Replicas,
} from "../../../reconcile/resources/stream_layout.ts";
import { auditNotes } from "../../program/audit_notes.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { DataEditor } from "../../program/data_audit.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { checkLayout } from "./check_layout.ts";
import { bytes } from "../../terminal/bytes.ts";

/** What is to be changed; what is undefined stays as it is. */
export interface PolicyWords extends Partial<Record<keyof ResourceLimits, number | "none">> {
  /** Whose streams; all that have nothing of their own where it is left out. */
  readonly deployment?: string;
  readonly replicas: Replicas | "none" | undefined;
  readonly cluster: string | undefined;
  readonly tag: readonly string[];
  readonly acknowledgement: string | undefined;
}

/** Shows what contracts may ask for at most, and how streams are kept. */
export async function showPolicy(
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return answer(await authority.policy(), context);
}

/** Shows how the streams of a deployment are kept. */
export async function showLayout(
  { deployment }: { readonly deployment: string },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return answerLayout(await authority.policy(), deployment, context);
}

/** Sets limits, and how streams are kept. */
export async function setPolicy(
  { deployment, replicas, cluster, tag, acknowledgement, ...limits }: PolicyWords,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { authority } = link;
  const tags = tag.length === 0 ? undefined : tag;
  const changes = { ...limits, layout: { deployment, replicas, cluster, tags } };
  const refused = (await checkLayout(changes, link, context)).take();
  if (isErr(refused)) return failed(context, refused.error);
  if (deployment !== undefined) await tellOfUnknown(deployment, link, context);
  if (replicas !== undefined) {
    const lowered = (await authority.loweredBy(changes)).take();
    if (isErr(lowered)) return failed(context, lowered.error);
    const words = { deployment, replicas, acknowledgement };
    const noted = (await acknowledged(lowered, words, { ...link, by: context.by })).take();
    if (isErr(noted)) return failed(context, noted.error);
  }
  const policy = await authority.setPolicy(changes);
  return deployment === undefined
    ? answer(policy, context)
    : answerLayout(policy, deployment, context);
}

/** Somebody may say how streams are kept before there are any; a name that is misspelt looks the same. */
async function tellOfUnknown(
  deployment: string,
  { authority }: Connected,
  { output }: CommandContext,
): Promise<void> {
  const record = (await authority.show(deployment)).take();
  if (!isErr(record) || record.error.code !== "deployment_not_found") return;
  output.talk(`there is no deployment ${deployment} yet; this counts when there is one`);
}

/** Notes in the audit history what somebody has made sure of before streams have fewer replicas. */
async function acknowledged(
  lowered: readonly KeptStream[],
  { deployment, replicas, acknowledgement }: Pick<
    PolicyWords,
    "deployment" | "replicas" | "acknowledgement"
  >,
  editor: DataEditor,
): Promise<Result<void, ExplainedError>> {
  if (lowered.length === 0) return ok();
  if (!acknowledgement?.trim()) return err(unacknowledged(lowered));
  const note = await auditNotes(editor);
  return await note({
    kind: "policy.lowered",
    by: editor.by,
    subject: deployment === undefined ? "policy" : `policy of ${deployment}`,
    details: { replicas: String(replicas), acknowledgement: acknowledgement.slice(0, 1000) },
  });
}

function unacknowledged(lowered: readonly KeptStream[]): AuthorityError {
  const [first, ...others] = lowered.map(({ stream }) => stream);
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return new AuthorityError(
    "acknowledgement_required",
    `fewer servers would keep ${first}${more}: what is stored there is lost with fewer of them`,
    'see that all servers are up (trellis status), then say so: --acknowledgement "…"',
  );
}

function answer(
  result: Result<ResourcePolicy, AuthorityError>,
  context: CommandContext,
): ExitCode {
  const policy = result.take();
  if (isErr(policy)) return failed(context, policy.error);
  context.output.data(policy, () => policyText(policy));
  return EXIT_CODE.ok;
}

function answerLayout(
  result: Result<ResourcePolicy, AuthorityError>,
  deployment: string,
  context: CommandContext,
): ExitCode {
  const policies = result.take();
  if (isErr(policies)) return failed(context, policies.error);
  const policy = policyOf(policies, deployment);
  const isOwn = Object.hasOwn(policies.deployments ?? {}, deployment);
  context.output.data({ deployment, ...policy, isOwn }, () => {
    return `its streams  ${layoutText(policy)}${isOwn ? "" : ", as all are"}`;
  });
  return EXIT_CODE.ok;
}

const WORDS: Readonly<Record<keyof ResourceLimits, string>> = {
  maxHistory: "revisions of a key",
  maxTtlMs: "anything is kept",
  maxValueBytes: "a value",
  maxTotalBytes: "a whole store",
  maxObjectBytes: "an object",
};

function policyText(policy: ResourcePolicy): string {
  const { deployments = {} } = policy;
  const rows = Object.values(SETTINGS).map(({ policy: limit, unit }): readonly [string, string] => {
    const value = policy[limit];
    return [WORDS[limit], value === undefined ? "no limit" : `at most ${amountText(value, unit)}`];
  });
  const layouts = Object.keys(deployments).sort().map((name): readonly [string, string] => {
    return [`streams of ${name}`, layoutText(policyOf(policy, name))];
  });
  const all = [...rows, ["streams", layoutText(policyOf(policy))] as const, ...layouts];
  const width = Math.max(...all.map(([words]) => words.length));
  return all.map(([words, value]) => `${words.padEnd(width)}  ${value}`).join("\n");
}

/** Words for how streams are kept, as `3 replicas, tags ssd`. */
function layoutText({ replicas, placement }: LayoutPolicy): string {
  const count = replicas === "auto" || replicas === undefined
    ? "as many replicas as the cluster is good for (auto)"
    : `${replicas} ${replicas === 1 ? "replica" : "replicas"}`;
  return placement === undefined ? count : `${count}, ${placementText(placement)}`;
}

function amountText(value: number, unit: Setting["unit"]): string {
  if (unit === "bytes") return bytes(value);
  return unit === "milliseconds" ? `${value} ms` : String(value);
}
