import { isErr, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { ResourcePolicy } from "../../../reconcile/resources/policy.ts";
import { type Setting, SETTINGS } from "../../../reconcile/resources/settings.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";

/** Shows what contracts may ask for at most. */
export async function showPolicy(
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return answer(await authority.policy(), context);
}

/** Sets limits; those that are undefined stay as they are. */
export async function setPolicy(
  limits: Readonly<Record<keyof ResourcePolicy, number | "none" | undefined>>,
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return answer(await authority.setPolicy(limits), context);
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

const WORDS: Readonly<Record<keyof ResourcePolicy, string>> = {
  maxHistory: "revisions of a key",
  maxTtlMs: "anything is kept",
  maxValueBytes: "a value",
  maxTotalBytes: "a whole store",
  maxObjectBytes: "an object",
};

function policyText(policy: ResourcePolicy): string {
  const width = Math.max(...Object.values(WORDS).map((words) => words.length));
  return Object.values(SETTINGS).map(({ policy: limit, unit }) => {
    const value = policy[limit];
    const most = value === undefined ? "no limit" : `at most ${amountText(value, unit)}`;
    return `${WORDS[limit].padEnd(width)}  ${most}`;
  }).join("\n");
}

function amountText(value: number, unit: Setting["unit"]): string {
  if (unit === "bytes") return bytes(value);
  return unit === "milliseconds" ? `${value} ms` : String(value);
}
