import type { Bootstrap, BootstrapQuestion } from "../../contracts/stored/bootstrap.ts";
import { CONNECTION_S } from "./connection_lifetime.ts";
import { type EntitlementSources, readEntitlement } from "./entitlement.ts";

/** What sessions are told beside what is stored for them. */
export interface BootstrapOptions {
  /** Seconds that a session's connections last; ten minutes unless given. */
  readonly lifetimeS?: number | undefined;
  /** Where people log in, for whoever must; missing where they cannot. */
  readonly portal?: string | undefined;
}

/** What a session is told about itself. */
export async function bootstrapOf(
  session: string,
  question: BootstrapQuestion,
  sources: EntitlementSources,
  { lifetimeS = CONNECTION_S, portal }: BootstrapOptions = {},
): Promise<Bootstrap> {
  const entitlement = await readEntitlement({ session, now: Date.now(), ...question }, sources);
  if (entitlement.kind === "limbo") {
    const { reason } = entitlement;
    return { state: "limbo", reason, ...(portal === undefined ? {} : { portal }) };
  }
  const { caller, bindings, capabilities } = entitlement.asked;
  return {
    state: "admitted",
    principal: caller.principal,
    lifetimeS,
    ...(bindings === undefined ? {} : { bindings }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}
