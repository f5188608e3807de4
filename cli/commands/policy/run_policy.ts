import { isErr } from "../../../contracts/result.ts";
import type { ResourcePolicy } from "../../../reconcile/resources/policy.ts";
import type { PolicyCommand } from "../../program/command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { bytes } from "../../terminal/bytes.ts";
import { connectCommand } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** Runs a `policy …` command. */
export async function runPolicy(
  command: PolicyCommand,
  context: CommandContext,
): Promise<ExitCode> {
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return failed(context, connected.error);
  await using link = connected;
  const { authority } = link;
  const policy = command.kind === "policy_show"
    ? (await authority.policy()).take()
    : (await authority.setPolicy(command.limits)).take();
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
