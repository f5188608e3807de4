import { compareGrants } from "../../reconcile/grants/compare_grants.ts";
import { grantsOf, grantWords, isClientGrant } from "../../reconcile/grants/grant.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import type { AskingContract } from "./login_request.ts";

/** A capability that calls of a contract take. */
export interface AskedCapability {
  readonly key: string;
  readonly displayName: string;
  readonly description: string;
  /** Whether the person who logs in holds it. */
  readonly held: boolean;
}

/** What a contract asks for, in words. */
export interface ContractAsk {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  /** Each the end of "it may ...". */
  readonly may: readonly string[];
  /** What it asks for on top of what was approved. */
  readonly gains: readonly string[];
  readonly capabilities: readonly AskedCapability[];
  /** `more`: an earlier version that asks for less was approved. */
  readonly standing: "approved" | "new" | "more";
}

/** What is known where a contract asks. */
export interface AskContext {
  readonly needs: Needs;
  /** What was approved of it. */
  readonly record: Pick<AuthorityRecord, "desired"> | undefined;
  /** What is accepted of the contracts that it uses, by id. */
  readonly used: ByKey<Needs>;
  /** Global keys of what the person holds. */
  readonly held: readonly string[];
}

/** What a contract asks for, and whether that is approved already. */
export function contractAsk(
  { manifest, digest }: AskingContract,
  { needs, record, used, held }: AskContext,
): ContractAsk {
  const desired = record?.desired;
  const { gains } = compareGrants(desired?.needs, needs);
  const kept = Object.keys(needs.state ?? {}).sort();
  const isApproved = desired?.digests.includes(digest) === true;
  return {
    id: manifest.id,
    displayName: manifest.displayName,
    description: manifest.description,
    // What people run may call, and have Trellis keep state; it serves nothing.
    may: [
      ...grantsOf(needs, { used, capabilities: undefined })
        .filter((grant) => grant.kind !== "state" && isClientGrant(grant)).map(grantWords),
      ...(kept.length > 0 ? [`keep ${kept.join(", ")} for you`] : []),
    ],
    gains: isApproved ? [] : gains,
    capabilities: demandedBy(needs, used).map((key) => ({
      key,
      ...describe(key, used),
      held: held.includes(key),
    })),
    standing: isApproved ? "approved" : desired === undefined ? "new" : "more",
  };
}

function demandedBy(needs: Needs, used: ByKey<Needs>): readonly string[] {
  const keys = Object.entries(needs.contracts).flatMap(([id, { selections }]) =>
    Object.values(used[id]?.surfaces ?? {}).flatMap(({ kind, name, capabilities }) =>
      ["call", "subscribe"].filter((action) => selections.includes(`${kind}.${action}:${name}`))
        .flatMap((action) => capabilities[action] ?? [])
    )
  );
  return [...new Set(keys)].sort();
}

function describe(
  key: string,
  used: ByKey<Needs>,
): Pick<AskedCapability, "displayName" | "description"> {
  const found = Object.values(used).find(({ capabilities }) => Object.hasOwn(capabilities, key));
  return found?.capabilities[key] ?? { displayName: key, description: "" };
}
