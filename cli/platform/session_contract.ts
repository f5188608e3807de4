import type { SessionContract } from "../../contracts/stored/session_record.ts";
import type { EntitlementSources } from "./entitlement.ts";

/**
 * The contract that a session runs under, as its record says; a service runs the one that is accepted for
 * its deployment. Undefined for admins, and for sessions that nobody knows.
 */
export async function sessionContract(
  session: string,
  { sessions, contracts }: Pick<EntitlementSources, "sessions" | "contracts">,
): Promise<SessionContract | undefined> {
  const record = await sessions.get(session);
  if (record?.deployment === undefined) return record?.contract;
  const needs = (await contracts.deployment(record.deployment))?.needs;
  return needs && { id: needs.contract, digest: needs.digest };
}
