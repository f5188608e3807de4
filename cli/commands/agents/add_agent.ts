import { sessionOf } from "../../../contracts/identity/caller.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { noUser } from "../../../reconcile/users/user_errors.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { personOf } from "../../program/named_users.ts";
import { handingOut } from "../sessions/hand_out_secret.ts";
import { newKey } from "../sessions/new_key.ts";
import { runnerContract } from "../sessions/runner_contract.ts";
import { type NatsConnection, withSessions } from "../sessions/with_sessions.ts";
import { checkAgentName, letInAgent } from "./let_in_agent.ts";

/** What the command was told. */
export interface AddAgentValues {
  readonly agent: string;
  readonly contract: string;
  readonly for: string | undefined;
  readonly publicKey: string | undefined;
  readonly out: string | undefined;
  readonly keys: string | undefined;
}

/** Lets in an agent, and hands out the secret of its key. */
export async function addAgent(
  { agent, contract, for: person, publicKey: given, out, keys }: AddAgentValues,
  context: CommandContext,
): Promise<ExitCode> {
  const named = checkAgentName(agent).take();
  if (isErr(named)) return failed(context, named.error);
  if (given !== undefined && out !== undefined) {
    const message = "--out is for a key that is made here";
    return failed(context, { code: "usage", message, hint: "leave --public-key or --out away" });
  }
  const key = newKey(given).take();
  if (isErr(key)) return failed(context, key.error);
  const { publicKey, seed } = key;
  return await withSessions({ keys }, context, async (sessions, server) => {
    const accepted = (await runnerContract("agent", contract, server, context)).take();
    if (isErr(accepted)) return failed(context, accepted.error);
    const user = (await userOf(person, server.connection)).take();
    if (isErr(user)) return failed(context, user.error);
    const newAgent = { name: agent, publicKey, contract: accepted, user };
    const add = () => letInAgent(newAgent, context.by, sessions.records);
    const added = (await (seed === undefined ? add() : handingOut(seed, out, add))).take();
    if (isErr(added)) return failed(context, added.error);
    const secret = seed === undefined ? {} : out === undefined ? { seed } : { out };
    const session = sessionOf(publicKey);
    const actsFor = user && { id: user.id, name: user.name };
    context.output.data(
      { agent, session, publicKey, contract: accepted.id, actsFor, ...secret },
      () => secret.seed ?? agent,
    );
    const forWhom = user === undefined ? "" : ` for ${user.name}`;
    context.output.talk(
      `let in ${agent}${forWhom}: trellis grants add agent:${agent} <capability> gives it more, ` +
        `trellis agents revoke ${agent} ends it`,
    );
    if (user?.disabledAt !== undefined) {
      context.output.warn(`${user.name} is disabled, so the agent is shut out until they are not`);
    }
    return EXIT_CODE.ok;
  });
}

async function userOf(
  named: string | undefined,
  connection: NatsConnection,
): Promise<Result<UserRecord | undefined, ExplainedError>> {
  if (named === undefined) return ok(undefined);
  const text = named.startsWith("user:") ? named : `user:${named}`;
  const user = (await personOf(text, connection)).take();
  if (isErr(user)) return user;
  return user === undefined ? err(noUser(named)) : ok(user);
}
