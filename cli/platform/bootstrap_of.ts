import type { Bootstrap, BootstrapQuestion } from "../../contracts/stored/bootstrap.ts";
import type { UsedContract } from "../../reconcile/grants/grant.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { selects } from "../../reconcile/needs/use_selection.ts";
import { CONNECTION_S } from "./connection_lifetime.ts";
import { type EntitlementSources, readEntitlement } from "./entitlement.ts";

/** What sessions are told beside what is stored for them. */
export interface BootstrapOptions {
  /** Milliseconds since 1970, by the server's clock: the one by which it lets sessions in. */
  readonly now: number;
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
  { now, lifetimeS = CONNECTION_S, portal }: BootstrapOptions,
): Promise<Bootstrap> {
  const entitlement = await readEntitlement({ session, now, ...question }, sources);
  if (entitlement.kind === "limbo") {
    const { reason } = entitlement;
    return { state: "limbo", reason, ...(portal === undefined ? {} : { portal }) };
  }
  const { caller, bindings, capabilities, needs, used = {} } = entitlement.asked;
  return {
    state: "admitted",
    principal: caller.principal,
    lifetimeS,
    ...(bindings === undefined ? {} : { bindings }),
    ...(needs === undefined ? {} : { used: acceptedOf(needs, used) }),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

/** Subjects of what is accepted of what somebody uses, by contract id. */
function acceptedOf(
  { contracts }: Needs,
  used: ByKey<UsedContract>,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(contracts).map(([id, use]) => {
      const surfaces = Object.entries(Object.hasOwn(used, id) ? used[id]!.surfaces : {});
      return [id, surfaces.filter(([, surface]) => selects(use, surface)).map(([at]) => at)];
    }),
  );
}
