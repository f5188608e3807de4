import {
  type BucketSettings,
  type BucketState,
  sameOwner,
  settingsDrift,
  settingsOf,
} from "./bucket.ts";
import { type Owner, physicalNames } from "./physical_name.ts";
import type { AuthorityRecord, ResourceProblem } from "./record.ts";

/** One step that makes the world more like the desired state. Each may be repeated. */
export type Action =
  | {
    readonly kind: "create_bucket";
    readonly alias: string;
    readonly name: string;
    readonly owner: Owner;
    readonly settings: BucketSettings;
  }
  | {
    readonly kind: "update_bucket";
    readonly alias: string;
    readonly name: string;
    readonly owner: Owner;
    readonly settings: BucketSettings;
    readonly drift: readonly (keyof BucketSettings)[];
  };

/** A KV alias and the bucket it is bound to once the actions are done. */
export interface Placement {
  readonly alias: string;
  readonly name: string;
  readonly owner: Owner;
  readonly settings: BucketSettings;
  readonly required: boolean;
}

/** What reconciling a deployment takes. */
export interface ActionPlan {
  readonly placements: readonly Placement[];
  readonly actions: readonly Action[];
  readonly problems: readonly ResourceProblem[];
}

/** Every bucket name that a decision about this record needs to know about. */
export function candidateNames(record: AuthorityRecord): readonly string[] {
  const names = ownersOf(record).flatMap(({ alias, owner }) => {
    const bound = record.materialized?.bindings.kv[alias]?.bucket;
    return bound === undefined ? [...physicalNames(owner)] : [bound, ...physicalNames(owner)];
  });
  return [...new Set(names)];
}

/** Derives the actions that lead from the world to the desired state. Pure and idempotent. */
export function planActions(
  record: AuthorityRecord,
  world: ReadonlyMap<string, BucketState>,
): ActionPlan {
  const placements: Placement[] = [];
  const actions: Action[] = [];
  const problems: ResourceProblem[] = [];
  const used = new Set<string>();
  const kv = record.desired?.needs.resources.kv ?? {};
  for (const { alias, owner } of ownersOf(record)) {
    const need = kv[alias];
    if (need === undefined) continue;
    const settings = settingsOf(need);
    const bound = record.materialized?.bindings.kv[alias]?.bucket;
    const name = chooseName(bound, owner, world, used);
    if (name === undefined) {
      problems.push(notOurs(owner, world));
      continue;
    }
    used.add(name);
    placements.push({ alias, name, owner, settings, required: need.required });
    const found = world.get(name);
    if (found === undefined) {
      actions.push({ kind: "create_bucket", alias, name, owner, settings });
      continue;
    }
    const drift = settingsDrift(found.settings, settings);
    if (drift.length > 0) {
      actions.push({ kind: "update_bucket", alias, name, owner, settings, drift });
    }
  }
  for (const alias of Object.keys(record.desired?.needs.resources.store ?? {})) {
    problems.push({
      resource: `store/${alias}`,
      code: "store_unsupported",
      message: `the store "${alias}" is accepted, but this version of Trellis provides no stores`,
      hint: "remove it from resources.store; the rest of the contract runs",
      retryable: false,
    });
  }
  return { placements, actions, problems };
}

function ownersOf(record: AuthorityRecord): readonly { alias: string; owner: Owner }[] {
  const needs = record.desired?.needs;
  if (needs === undefined) return [];
  return Object.keys(needs.resources.kv).sort().map((alias) => ({
    alias,
    owner: { deployment: record.deployment, contract: needs.contract, alias, kind: "kv" },
  }));
}

/** The bound bucket, else ours wherever it is, else the first name that nobody has. */
function chooseName(
  bound: string | undefined,
  owner: Owner,
  world: ReadonlyMap<string, BucketState>,
  used: ReadonlySet<string>,
): string | undefined {
  const names = [...(bound === undefined ? [] : [bound]), ...physicalNames(owner)];
  const ours = names.find((name) => sameOwner(world.get(name)?.owner, owner));
  if (ours !== undefined) return ours;
  for (const name of names) {
    const found = world.get(name);
    if (found === undefined && !used.has(name)) return name;
    // A bucket that is nobody's is never taken over in silence, and never stepped around.
    if (found !== undefined && found.owner === undefined) return undefined;
  }
  return undefined;
}

function notOurs(owner: Owner, world: ReadonlyMap<string, BucketState>): ResourceProblem {
  const taken = physicalNames(owner).map((name) => world.get(name)).find((s) => s !== undefined);
  const whose = taken?.owner === undefined
    ? "was not made by Trellis"
    : `belongs to ${taken.owner.deployment}`;
  return {
    resource: `kv/${owner.alias}`,
    code: "bucket_not_ours",
    message: `the bucket ${taken?.name ?? physicalNames(owner)[0]} exists and ${whose}`,
    hint: "rename the alias, or move the bucket away; its data is untouched",
    retryable: false,
  };
}
