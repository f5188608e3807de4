import type { SessionContract, SessionRecord } from "../../contracts/stored/session_record.ts";

/**
 * The session of an agent. It goes by the name that it was given, which its grants go by too, and may do
 * what it was granted itself.
 *
 * @param actsFor id of the user for whom it acts: it is shut out when they are
 */
export function agentSession(
  name: string,
  publicKey: string,
  contract: SessionContract,
  { createdAt, actsFor }: { readonly createdAt: string; readonly actsFor?: string | undefined },
): SessionRecord {
  return {
    format: "trellis.session.v1",
    publicKey,
    principal: { kind: "agent", id: name },
    contract,
    ...(actsFor === undefined ? {} : { actsFor }),
    createdAt,
  };
}
