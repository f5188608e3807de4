import type { Result } from "../../../../contracts/result.ts";
import { askAuth } from "../../../commands/login/own_session.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";

/** Ends a session in the name of a visitor, and closes its connections. */
export async function revokeSession(
  session: string,
  { messaging }: Visitor,
): Promise<Result<void, ExplainedError>> {
  return (await askAuth("Auth.Sessions.Revoke", { session }, messaging)).map(() => undefined);
}

/** Closes the connections of a session in the name of a visitor; it may come in again. */
export async function disconnectSession(
  session: string,
  { messaging }: Visitor,
): Promise<Result<void, ExplainedError>> {
  return (await askAuth("Auth.Sessions.Disconnect", { session }, messaging)).map(() => undefined);
}
