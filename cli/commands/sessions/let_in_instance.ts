import { isErr, type Result } from "../../../contracts/result.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import { serviceSession } from "../../platform/service_sessions.ts";
import type { SessionRecords } from "../../platform/sessions/session_records.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** Lets in an instance of a service that runs elsewhere. Errors: those of showing the deployment, `key_taken`. */
export async function letInInstance(
  { deployment, publicKey, by }: {
    readonly deployment: string;
    readonly publicKey: string;
    readonly by: string;
  },
  authority: Pick<Authority, "show">,
  records: SessionRecords,
): Promise<Result<void, ExplainedError>> {
  const record = (await authority.show(deployment)).take();
  if (isErr(record)) return record;
  return await records.add(serviceSession(deployment, publicKey, new Date().toISOString()), by);
}
