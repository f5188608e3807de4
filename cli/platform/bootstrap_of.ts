import type { Bootstrap, BootstrapQuestion } from "../../contracts/stored/bootstrap.ts";
import { CONNECTION_S } from "./connection_lifetime.ts";
import { type EntitlementSources, readEntitlement } from "./entitlement.ts";

/**
 * What a session is told about itself.
 *
 * @param lifetimeS seconds that its connections last; ten minutes unless given
 */
export async function bootstrapOf(
  session: string,
  question: BootstrapQuestion,
  sources: EntitlementSources,
  lifetimeS = CONNECTION_S,
): Promise<Bootstrap> {
  const entitlement = await readEntitlement({ session, now: Date.now(), ...question }, sources);
  if (entitlement.kind === "limbo") return { state: "limbo", reason: entitlement.reason };
  const { caller, bindings, capabilities } = entitlement.asked;
  return {
    state: "admitted",
    principal: caller.principal,
    lifetimeS,
    ...(bindings === undefined ? {} : { bindings }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}
