import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { physicalNames } from "../resources/physical_name.ts";
import type { AuthorityRecord, Materialized } from "../records/authority_record.ts";
import type { Accepted, Replayed } from "./replay.ts";
import { parseResourceKey, RESOURCE_KINDS, resourceKey } from "../resources/kinds.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";
import type { Find, Note } from "./verify_report.ts";

/** Names that the reconciler tries for an alias; it never tries more. */
const MOST_NAMES = 8;

type Differs = (message: string) => void;

/** Checks what a reconcile left in the record: no decision says it, so its parts have to agree. */
export function verifyMaterialized(
  { materialized, desired, deployment }: AuthorityRecord,
  { inForce, version: accepted, ...replayed }: Replayed,
  find: Find,
  note: Note,
): void {
  const differs: Differs = (message) => find("materialized.differs", "record", message);
  if (materialized === undefined) {
    if (inForce > 0) return differs(`version ${inForce} was in force, and nothing tells of it`);
    if (accepted > 0) {
      note("what was accepted was not reconciled yet, or somebody took out what tells of it");
    }
    return;
  }
  const { version, bindings } = materialized;
  if (version > (desired?.version ?? 0)) {
    find("bindings.differ", "record", `version ${version} is in force, and was never accepted`);
  }
  if (version < inForce) {
    differs(`version ${version} is in force, and a decision saw version ${inForce} in force`);
  }
  if (bindings.version !== version || bindings.deployment !== deployment) {
    find("bindings.differ", "record", "its bindings are not those of the version in force");
  }
  verifyBuckets(materialized, differs, note);
  if (replayed.complete) verifyNames(materialized, deployment, replayed.accepted, differs);
}

/** What is remembered of each bucket agrees with what services are told of it. */
function verifyBuckets(
  { bindings, buckets = {}, problems, state }: Materialized,
  differs: Differs,
  note: Note,
): void {
  if ((state === "reconciled") !== (problems.length === 0)) {
    differs(`it is ${state}, with ${problems.length} problems`);
  }
  const troubled = new Set(problems.map(({ resource }) => resource));
  const bound = new Set<string>();
  for (const kind of RESOURCE_KINDS) {
    for (
      const [alias, { name, settings }] of Object.entries(RESOURCE_RULES[kind].bound(bindings))
    ) {
      const resource = resourceKey(kind, alias);
      bound.add(resource);
      const remembered = Object.hasOwn(buckets, resource) ? buckets[resource] : undefined;
      if (remembered?.name !== name) {
        differs(`${resource} is bound to ${name}, and not to ${remembered?.name ?? "anything"}`);
      } else if (canonicalJson(remembered.settings) !== canonicalJson(settings)) {
        const message = `the settings of ${resource} are not those that services are told`;
        if (troubled.has(resource)) note(`${message}, while it has a problem`);
        else differs(message);
      }
    }
  }
  for (const [resource, { name }] of Object.entries(buckets)) {
    if (bound.has(resource)) continue;
    const message = `the bucket ${name} is remembered for ${resource}, which is not bound`;
    if (state === "reconciled") differs(message);
    else note(`${message}: a reconcile keeps it from it`);
  }
}

/** Every bucket has a name that Trellis gives, or was allowed to be taken over. */
function verifyNames(
  { buckets = {} }: Materialized,
  deployment: string,
  accepted: readonly Accepted[],
  differs: Differs,
): void {
  const adopted = new Set(
    accepted.flatMap(({ plan }) => Object.values(plan.adopts ?? {}).map(({ name }) => name)),
  );
  for (const [resource, { name }] of Object.entries(buckets)) {
    const key = parseResourceKey(resource);
    const isOurs = key !== undefined &&
      accepted.some(({ plan: { needs } }) =>
        Object.keys(needs.resources[key.kind]).some((alias) => {
          const owner = { deployment, contract: needs.contract, alias, kind: key.kind };
          return physicalNames(owner, MOST_NAMES).includes(name);
        })
      );
    if (isOurs || adopted.has(name)) continue;
    differs(`${name}, the bucket of ${resource}, is none that was made or taken over for it`);
  }
}
