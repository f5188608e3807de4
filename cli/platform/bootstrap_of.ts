import type { Bootstrap, BootstrapQuestion } from "../../contracts/stored/bootstrap.ts";
import { type EntitlementSources, readEntitlement } from "./entitlement.ts";

/** What a session is told about itself. */
export async function bootstrapOf(
  session: string,
  question: BootstrapQuestion,
  sources: EntitlementSources,
): Promise<Bootstrap> {
  const entitlement = await readEntitlement({ session, now: Date.now(), ...question }, sources);
  if (entitlement.kind === "limbo") return { state: "limbo", reason: entitlement.reason };
  const { caller, bindings, capabilities } = entitlement.asked;
  return {
    state: "admitted",
    principal: caller.principal,
    ...(bindings === undefined ? {} : { bindings }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}
