import { isPrincipalId } from "../../../contracts/identity/caller.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionContract } from "../../../contracts/stored/session_record.ts";
import type { UserRecord } from "../../../reconcile/users/user_record.ts";
import { agentSession } from "../../platform/agent_session.ts";
import type { SessionRecords } from "../../platform/sessions/session_records.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** An agent that is to be let in. */
export interface NewAgent {
  readonly name: string;
  readonly publicKey: string;
  readonly contract: SessionContract;
  /** Whom it acts for. */
  readonly user: Pick<UserRecord, "id" | "name"> | undefined;
}

/** Checks what an agent may be named. Errors: `usage`. */
export function checkAgentName(name: string): Result<void, ExplainedError> {
  if (isPrincipalId(name)) return ok();
  const message = "an agent's name has letters, digits, - and _, 64 of them at most";
  return err({ code: "usage", message, hint: "as inbox-helper" });
}

/** Lets in an agent. Errors: `exists` where an agent of that name has a key, and those of letting in. */
export async function letInAgent(
  { name, publicKey, contract, user }: NewAgent,
  by: string,
  records: SessionRecords,
): Promise<Result<void, ExplainedError>> {
  const named = checkAgentName(name).take();
  if (isErr(named)) return named;
  const free = (await nameIsFree(name, records)).take();
  if (isErr(free)) return free;
  const createdAt = new Date().toISOString();
  const record = agentSession(name, publicKey, contract, { createdAt, actsFor: user?.id });
  const details = {
    contract: contract.id,
    ...(user === undefined ? {} : { for: `for user:${user.id}`, name: user.name }),
  };
  return await records.add(record, by, details);
}

/** Whoever asks for what an agent did must find one. */
async function nameIsFree(
  agent: string,
  records: SessionRecords,
): Promise<Result<void, ExplainedError>> {
  const listed = (await records.list()).take();
  if (isErr(listed)) return listed;
  const isTaken = listed.some(({ principal, revokedAt }) =>
    principal.kind === "agent" && principal.id === agent && revokedAt === undefined
  );
  if (!isTaken) return ok();
  return err({
    code: "exists",
    message: `there is an agent ${agent}, with a key; nothing was done`,
    hint: "take another name, or end its key",
    command: ["agents", "revoke", agent],
  });
}
