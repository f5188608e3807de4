import { type BucketState, isSameBucket } from "../resources/bucket.ts";
import { type Owner, sameOwner } from "../resources/owner.ts";
import { type Ancestry, ancestryOf } from "../records/ancestry.ts";
import {
  type BoundBucket,
  boundBuckets,
  bucketsToDelete,
  retiredBuckets,
} from "../records/known_buckets.ts";
import type { Needs } from "../needs/need_types.ts";
import { physicalNames } from "../resources/physical_name.ts";
import { claimed, foreign, noNameLeft, recreated } from "./placement_problem.ts";
import type { AuthorityRecord, ResourceProblem } from "../records/authority_record.ts";
import {
  type ByKind,
  byKind,
  resourceKey,
  type ResourceKind,
  type Subject,
} from "../resources/kinds.ts";

/** Where an alias goes. */
export type Place =
  /** A bucket that says it is its own. */
  | { readonly kind: "ours"; readonly state: BucketState }
  /** The bucket that it was bound to, whose metadata was changed outside Trellis. */
  | { readonly kind: "reclaim"; readonly state: BucketState }
  /** The bucket of the alias that it was renamed from. */
  | { readonly kind: "rename"; readonly state: BucketState; readonly from: string }
  /** A bucket without an owner that a person allowed to be taken over. */
  | { readonly kind: "adopt"; readonly state: BucketState }
  /** A new bucket; `lost`: the one that it was bound to is gone. */
  | { readonly kind: "create"; readonly name: string; readonly lost: boolean }
  /** Something is in the way; `candidate` could be adopted. */
  | {
    readonly kind: "blocked";
    readonly problem: ResourceProblem;
    readonly candidate?: BucketState;
  }
  /** All names that were looked at belong to others. */
  | { readonly kind: "exhausted"; readonly problem: ResourceProblem };

/** What a decision about places is made from. */
export interface PlacementInput {
  /** The resources that it is about. */
  readonly kind: ResourceKind;
  readonly record: AuthorityRecord;
  /** What is there of that kind, by name. */
  readonly buckets: ReadonlyMap<string, BucketState>;
  /** Needs of the versions that no reconcile has seen yet, oldest first. */
  readonly accepted: readonly Needs[];
  /** Names that are looked at for each alias. */
  readonly depth: number;
}

/** The latest needs of a record, where nothing is known of those before. */
export function newestNeeds({ desired }: AuthorityRecord): readonly Needs[] {
  return desired === undefined ? [] : [desired.needs];
}

/** Every name that a decision about this record needs to know about. */
export function candidateNames(
  record: AuthorityRecord,
  accepted: readonly Needs[] = newestNeeds(record),
  depth = 2,
): ByKind<readonly string[]> {
  return byKind((kind) => namesOf(kind, record, accepted, depth));
}

function namesOf(
  kind: ResourceKind,
  record: AuthorityRecord,
  accepted: readonly Needs[],
  depth: number,
): readonly string[] {
  const names = new Set<string>();
  const { desired, deployment } = record;
  if (desired === undefined) return [];
  const { needs, adopts = {} } = desired;
  const bound = boundBuckets(kind, record);
  for (const { name } of bound.values()) names.add(name);
  for (const alias of Object.keys(needs.resources[kind]).sort()) {
    for (const candidate of [alias, ...ancestryOf(kind, alias, accepted, bound).former]) {
      const owner = { deployment, contract: needs.contract, alias: candidate, kind };
      for (const name of physicalNames(owner, depth)) names.add(name);
    }
    const adopt = adopts[resourceKey(kind, alias)];
    if (adopt !== undefined) names.add(adopt.name);
  }
  for (const { name } of retiredBuckets(kind, record)) names.add(name);
  return [...names];
}

/** Decides which bucket each desired alias gets, renamed ones first. */
export function placeBuckets(input: PlacementInput): ReadonlyMap<string, Place> {
  const needs = input.record.desired?.needs;
  const places = new Map<string, Place>();
  if (needs === undefined) return places;
  const finder = new PlaceFinder(input, needs);
  const settle = (alias: string, place: Place | undefined) => {
    if (place === undefined) return;
    places.set(alias, place);
    finder.take(place);
  };
  const aliases = Object.keys(needs.resources[input.kind]).sort();
  // The bucket of a former alias is its data's new home, before a new alias of that name looks for one.
  for (const alias of aliases) {
    if (finder.isRenamed(alias)) settle(alias, finder.own(alias) ?? finder.renamed(alias));
  }
  for (const alias of aliases) if (!places.has(alias)) settle(alias, finder.own(alias));
  for (const alias of aliases) {
    if (!places.has(alias)) settle(alias, finder.known(alias) ?? finder.fresh(alias));
  }
  // Reported in one order, whatever the order of the decisions.
  return new Map(
    [...places].sort(([a, first], [b, second]) =>
      Number(second.kind === "rename") - Number(first.kind === "rename") || (a < b ? -1 : 1)
    ),
  );
}

class PlaceFinder {
  readonly #kind: ResourceKind;
  readonly #input: PlacementInput;
  readonly #needs: Needs;
  readonly #bound: ReadonlyMap<string, BoundBucket>;
  readonly #ancestry = new Map<string, Ancestry>();
  /** Buckets that were bound and whose alias goes on, perhaps under another name: for that one. */
  readonly #reserved = new Map<string, string>();
  readonly #taken: Set<string>;
  readonly #retired: ReadonlySet<string>;

  constructor(input: PlacementInput, needs: Needs) {
    const { kind } = input;
    this.#kind = kind;
    this.#input = input;
    this.#needs = needs;
    // What another lineage was bound to is not this one's.
    const lineage = input.record.materialized?.bindings.contract === needs.contract;
    this.#bound = lineage ? boundBuckets(kind, input.record) : new Map();
    this.#taken = new Set(bucketsToDelete(kind, input.record).keys());
    for (const alias of Object.keys(needs.resources[kind])) {
      this.#ancestry.set(alias, ancestryOf(kind, alias, input.accepted, this.#bound));
      const bucket = this.#boundOf(alias);
      if (bucket !== undefined) this.#reserved.set(bucket.name, alias);
    }
    // What a decision retires and no reconcile has seen may have been renamed before that.
    this.#retired = new Set(
      retiredBuckets(kind, input.record).map(({ name }) => name)
        .filter((name) => !this.#reserved.has(name)),
    );
  }

  isRenamed(alias: string): boolean {
    const origin = this.#ancestry.get(alias)?.origin;
    return origin !== undefined && origin !== alias;
  }

  take(place: Place): void {
    if ("state" in place) this.#taken.add(place.state.name);
    else if (place.kind === "create") this.#taken.add(place.name);
  }

  /** The bucket that says it is the alias' own, also where an earlier name of the alias put it. */
  own(alias: string): Place | undefined {
    const adopted = this.#input.record.desired?.adopts?.[resourceKey(this.#kind, alias)]?.name;
    const names = [
      ...this.#knownOf(alias).map(({ name }) => name),
      ...[alias, ...this.#former(alias)].flatMap((candidate) => this.#names(candidate)),
    ];
    if (adopted !== undefined) names.push(adopted);
    // A renamed alias brings its bucket; what an earlier one of the new name left stays retired.
    const brings = this.isRenamed(alias) && this.#boundOf(alias) !== undefined;
    const passed = brings ? this.#retired : new Set<string>();
    const state = this.#states(alias, names.filter((name) => !passed.has(name)))
      .find(({ owner }) => sameOwner(owner, this.#owner(alias)));
    return state && { kind: "ours", state };
  }

  /** The bucket of the alias that this one was renamed from. */
  renamed(alias: string): Place | undefined {
    const bound = this.#boundOf(alias);
    const former = this.#former(alias);
    const names = [
      ...(bound === undefined ? [] : [bound.name]),
      ...former.flatMap((candidate) => this.#names(candidate)),
    ];
    // What was retired before stays so: the plan that was accepted spoke of a new bucket.
    for (const state of this.#states(alias, names.filter((name) => !this.#retired.has(name)))) {
      const from = former.find((candidate) => sameOwner(state.owner, this.#owner(candidate)));
      const stripped = state.owner === undefined && state.name === bound?.name &&
        bound.created !== undefined && isSameBucket(bound.created, state);
      const last = from ?? (stripped ? former[0] : undefined);
      if (last !== undefined) return { kind: "rename", state, from: last };
    }
    return undefined;
  }

  /** What may be taken over, and what became of the bucket that the alias had. */
  known(alias: string): Place | undefined {
    const { record, buckets } = this.#input;
    const adopt = record.desired?.adopts?.[resourceKey(this.#kind, alias)];
    const candidate = adopt && this.#states(alias, [adopt.name])[0];
    if (adopt && candidate !== undefined && candidate.owner === undefined) {
      if (isSameBucket(adopt.created, candidate)) {
        return { kind: "adopt", state: candidate };
      }
      return {
        kind: "blocked",
        problem: recreated(this.#subject(alias, adopt.name), candidate),
        candidate,
      };
    }
    for (const { name, created, bound } of this.#knownOf(alias)) {
      if (this.#taken.has(name)) continue;
      const state = buckets.get(name);
      if (state === undefined) {
        if (bound) return { kind: "create", name, lost: true };
        continue;
      }
      const same = created === undefined ? undefined : isSameBucket(created, state);
      const { owner } = state;
      if (owner === undefined) {
        if (same === true) return { kind: "reclaim", state };
        if (bound) {
          return {
            kind: "blocked",
            problem: recreated(this.#subject(alias, name), state),
            candidate: state,
          };
        }
      } else if (owner.deployment !== record.deployment) {
        if (bound) return { kind: "blocked", problem: claimed(this.#subject(alias, name), owner) };
      } else if (bound && same !== false && !this.#isDesired(owner)) {
        return { kind: "reclaim", state };
      }
    }
    return undefined;
  }

  /** The first free name. A bucket without an owner is never passed over. */
  fresh(alias: string): Place {
    const { buckets } = this.#input;
    for (const name of this.#names(alias)) {
      if (this.#taken.has(name)) continue;
      const state = buckets.get(name);
      if (state === undefined) return { kind: "create", name, lost: false };
      if (state.owner === undefined) {
        return { kind: "blocked", problem: foreign(this.#subject(alias, name)), candidate: state };
      }
    }
    return { kind: "exhausted", problem: noNameLeft(this.#subject(alias, ""), this.#names(alias)) };
  }

  #names(alias: string): readonly string[] {
    return [...new Set(physicalNames(this.#owner(alias), this.#input.depth))];
  }

  #owner(alias: string): Owner {
    const { deployment } = this.#input.record;
    return { deployment, contract: this.#needs.contract, alias, kind: this.#kind };
  }

  #subject(alias: string, name: string): Subject {
    return { kind: this.#kind, alias, name };
  }

  #isDesired(owner: Owner): boolean {
    return owner.contract === this.#needs.contract && owner.kind === this.#kind &&
      Object.hasOwn(this.#needs.resources[this.#kind], owner.alias);
  }

  #former(alias: string): readonly string[] {
    return this.#ancestry.get(alias)?.former ?? [];
  }

  /** The bucket that the alias was bound to, whatever it was called then. */
  #boundOf(alias: string): BoundBucket | undefined {
    const origin = this.#ancestry.get(alias)?.origin;
    return origin === undefined ? undefined : this.#bound.get(origin);
  }

  #states(alias: string, names: readonly string[]): readonly BucketState[] {
    return names.flatMap((name) => {
      const others = this.#taken.has(name) || (this.#reserved.get(name) ?? alias) !== alias;
      const state = others ? undefined : this.#input.buckets.get(name);
      return state === undefined ? [] : [state];
    });
  }

  /** The bound bucket first, then those that were kept when the alias went, the latest first. */
  #knownOf(alias: string) {
    const bound = this.#boundOf(alias);
    const retired = retiredBuckets(this.#kind, this.#input.record)
      .filter((entry) => entry.alias === alias && entry.deletedBy === undefined);
    const known = retired.toReversed()
      .map(({ name, created }) => ({ name, created, bound: false }));
    if (bound === undefined) return known;
    return [{ name: bound.name, created: bound.created, bound: true }, ...known];
  }
}
