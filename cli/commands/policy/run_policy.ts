import { isErr, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { ResourcePolicy } from "../../../reconcile/resources/policy.ts";
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

const LIMITS: readonly (readonly [
  limit: keyof ResourcePolicy,
  words: string,
  text: (value: number) => string,
])[] = [
  ["maxHistory", "revisions of a key", String],
  ["maxTtlMs", "anything is kept", (ms) => `${ms} ms`],
  ["maxValueBytes", "a value", bytes],
  ["maxTotalBytes", "a whole store", bytes],
  ["maxObjectBytes", "an object", bytes],
];

function policyText(policy: ResourcePolicy): string {
  const width = Math.max(...LIMITS.map(([, words]) => words.length));
  return LIMITS.map(([limit, words, text]) => {
    const value = policy[limit];
    return `${words.padEnd(width)}  ${value === undefined ? "no limit" : `at most ${text(value)}`}`;
  }).join("\n");
}
