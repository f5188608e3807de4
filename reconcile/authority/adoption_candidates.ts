import type { AdoptableBucket } from "../diff/diff_context.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type BucketState, isSameBucket } from "../resources/bucket.ts";
import { sameOwner } from "../resources/owner.ts";
import { pairByAlias } from "../diff/pair_by_alias.ts";
import { retiredBuckets } from "../records/known_buckets.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import { physicalNames } from "../resources/physical_name.ts";
import { candidateNames, type Place, placeBuckets } from "../reconciler/place_buckets.ts";
import type { Buckets } from "../resources/buckets.ts";
import { readBuckets } from "../reconciler/read_buckets.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { byKind, RESOURCE_KINDS, resourceKey, type ResourceKind } from "../resources/kinds.ts";

/** Names that are looked at for each alias. */
const DEPTH = 2;

/**
 * Buckets that stand where a new resource would go, by resource, as `kv/orders`: those that
 * name no owner, which a person has to allow to be taken over, and the deployment's own, kept when the
 * alias was removed. Also what was kept of a retired alias that a new one says it was renamed from.
 *
 * A bucket that names another owner is never among them, whether its deployment still lives or not:
 * that cannot be known from here, and the resource gets a name of its own. Nor is a bucket of another
 * lineage of the same deployment: each lineage has its own data.
 *
 * @param record of the deployment; undefined when there is none yet
 */
export async function adoptionCandidates(
  deployment: string,
  needs: Needs,
  record: AuthorityRecord | undefined,
  buckets: Pick<Buckets, "read">,
): Promise<Result<ReadonlyMap<string, AdoptableBucket>, AuthorityError>> {
  const added = byKind((kind) => newAliases(kind, needs, record));
  if (RESOURCE_KINDS.every((kind) => added[kind].size === 0)) return ok(new Map());
  // Asked of the reconciler itself: where would it go, if all this was accepted?
  const after = ifAccepted(deployment, needs, record);
  const before = record?.desired;
  const accepted = before === undefined ? [needs] : [before.needs, needs];
  const names = candidateNames(after, accepted, DEPTH);
  const found = await readBuckets(
    byKind((kind) => [
      ...new Set([
        ...names[kind],
        ...formerOf(kind, needs, added[kind]).flatMap((former) =>
          physicalNames({ deployment, contract: needs.contract, alias: former, kind }, DEPTH)
        ),
      ]),
    ]),
    buckets,
  );
  if (found.isErr()) return err(found.error);
  const adoptable = new Map<string, AdoptableBucket>();
  for (const kind of RESOURCE_KINDS) {
    const there = found.value[kind];
    const input = { kind, record: after, buckets: there, accepted, depth: DEPTH };
    const places = placeBuckets(input);
    const placed = new Set([...places.values()].flatMap(nameOf));
    for (const alias of added[kind]) {
      const bucket = adoptableAt(places.get(alias));
      if (bucket !== undefined) adoptable.set(resourceKey(kind, alias), bucket);
    }
    for (const former of formerOf(kind, needs, added[kind])) {
      const kept = declaredUnder(kind, former, after, there);
      if (kept === undefined || placed.has(kept.name)) continue;
      adoptable.set(resourceKey(kind, former), { ...kept, kept: true });
    }
  }
  return ok(adoptable);
}

/** Aliases that are not accepted, under whatever name. Data belongs to the lineage. */
function newAliases(
  kind: ResourceKind,
  needs: Needs,
  record: AuthorityRecord | undefined,
): ReadonlySet<string> {
  const accepted = record?.desired?.needs;
  const before = accepted?.contract === needs.contract ? accepted.resources[kind] : undefined;
  const pairs = pairByAlias<Renamed>(before, needs.resources[kind]);
  return new Set(pairs.flatMap((pair) => pair.kind === "added" ? [pair.key] : []));
}

interface Renamed {
  readonly renamedFrom?: string;
}

/** Aliases that new ones say they were renamed from, and that are asked for no more. */
function formerOf(kind: ResourceKind, needs: Needs, added: ReadonlySet<string>): string[] {
  const wanted: ByKey<Renamed> = needs.resources[kind];
  return [...added].flatMap((alias) => {
    const former = wanted[alias]?.renamedFrom;
    return former === undefined || Object.hasOwn(wanted, former) ? [] : [former];
  });
}

function nameOf(place: Place): readonly string[] {
  return "state" in place ? [place.state.name] : [];
}

function adoptableAt(place: Place | undefined): AdoptableBucket | undefined {
  if (place?.kind === "blocked") return place.candidate;
  if (place === undefined || place.kind === "adopt" || !("state" in place)) return undefined;
  return { ...place.state, kept: true };
}

/** The bucket that was kept of an alias, the latest first. */
function declaredUnder(
  kind: ResourceKind,
  alias: string,
  record: AuthorityRecord,
  buckets: ReadonlyMap<string, BucketState>,
): BucketState | undefined {
  const { deployment, desired } = record;
  const owner = { deployment, contract: desired?.needs.contract ?? "", alias, kind };
  const retired = retiredBuckets(kind, record).filter((entry) => entry.alias === alias);
  for (const { name, created, deletedBy } of retired.toReversed()) {
    const state = buckets.get(name);
    if (state === undefined || deletedBy !== undefined) continue;
    const isSame = created !== undefined && isSameBucket(created, state);
    if (sameOwner(state.owner, owner) || (state.owner === undefined && isSame)) return state;
  }
  const doomed = new Set(retired.map(({ name }) => name));
  for (const name of physicalNames(owner, DEPTH)) {
    const state = buckets.get(name);
    if (state !== undefined && !doomed.has(name) && sameOwner(state.owner, owner)) return state;
  }
  return undefined;
}

function ifAccepted(
  deployment: string,
  needs: Needs,
  record: AuthorityRecord | undefined,
): AuthorityRecord {
  const before = record ??
    {
      format: "trellis.authority.v1",
      deployment,
      mode: "strict",
      modeBy: "",
      retired: [],
      history: [],
    } as const;
  const version = (record?.desired?.version ?? 0) + 1;
  return { ...before, desired: { version, planId: "", needs, digests: [needs.digest] } };
}
