import type { JsonValue } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { ChangeCode } from "../changes/change_code.ts";
import type { ByKey, KvNeed, Needs, StoreNeed } from "../needs/need_types.ts";
import type { ResourceKind } from "../resources/kinds.ts";
import { RESOURCE_RULES } from "../resources/resource_rules.ts";
import {
  type BucketLimits,
  SETTING_NAMES,
  type SettingName,
  SETTINGS,
  settingsOf,
} from "../resources/settings.ts";
import { diffBucketEvents } from "./diff_bucket_events.ts";
import {
  describeExisting,
  keptInPlace,
  ownerReason,
  reattachedReason,
  retiredDataReason,
} from "./existing_bucket.ts";
import type { AdoptableBucket, DiffContext } from "./diff_context.ts";
import { diffProjection } from "./diff_projection.ts";
import type { Report } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import { limitMove, tightens } from "../resources/limit_move.ts";
import { pairByAlias } from "./pair_by_alias.ts";

type BucketNeed = KvNeed | StoreNeed;

/** Compares the KV resources, or the stores, of two needs. */
export function diffBuckets(
  kind: ResourceKind,
  before: ByKey<BucketNeed> | undefined,
  after: ByKey<BucketNeed>,
  context: DiffContext,
  schemas: SchemaDiff,
  report: Report,
  accepted?: Needs["surfaces"],
): void {
  const { existing } = context;
  for (const pair of pairByAlias(before, after)) {
    const diff = new BucketDiff(kind, pair.key, schemas, report, context, accepted);
    switch (pair.kind) {
      case "removed":
        diff.report("removed", { before: diff.describe(pair.from) });
        break;
      case "added": {
        const found = existing?.get(`${kind}/${pair.key}`);
        const left = keptInPlace(kind, pair.to, after, existing);
        if (left !== undefined) {
          const reason = retiredDataReason(left.found, left.former);
          diff.report("renamed.retired", { reason, before: left.former, after: pair.key });
        }
        if (found?.kept === true) diff.reattach(pair.to, found);
        else if (found !== undefined) diff.adopt(pair.to, found);
        else if (left === undefined) diff.report("added", { after: diff.describe(pair.to) });
        diff.compareNew(pair.to);
        break;
      }
      case "renamed":
        diff.report("renamed", { before: pair.fromKey, after: pair.key });
        diff.compare(pair.from, pair.to);
        break;
      case "kept":
        diff.compare(pair.from, pair.to);
    }
  }
}

type Details = NonNullable<Parameters<Report>[2]>;

/** Reports the changes of one resource. */
class BucketDiff {
  readonly #path: string;

  constructor(
    readonly kind: ResourceKind,
    alias: string,
    readonly schemas: SchemaDiff,
    readonly sink: Report,
    readonly context: DiffContext,
    readonly accepted: Needs["surfaces"] | undefined,
  ) {
    this.#path = appendPointer("/resources", kind, alias);
  }

  report(what: WithoutKind<ChangeCode>, details: Details, member?: string): void {
    const path = member === undefined ? this.#path : appendPointer(this.#path, member);
    // Both kinds have these codes but for those of schemas and settings, which are of the kind's own.
    this.sink(`${this.kind}.${what}` as ChangeCode, path, details);
  }

  /** What is made of events that were published before. */
  compareNew(to: BucketNeed): void {
    if (!("schema" in to)) return;
    const change = { from: undefined, to, path: this.#path };
    diffProjection(change, this.accepted, this.context, this.sink);
  }

  compare(from: BucketNeed, to: BucketNeed): void {
    if ("schema" in from && "schema" in to) {
      const path = appendPointer(this.#path, "schema");
      // The values of a projection are made again.
      if (to.projection === undefined) {
        this.schemas.written(path, from.schema, to.schema, this.sink);
      }
      diffProjection({ from, to, path: this.#path }, this.accepted, this.context, this.sink);
      diffBucketEvents(from, to, this.#path, this.sink);
    }
    this.#compareLimits(from, to);
    // The bucket and its binding stay in both directions, so no access that was given is taken away.
    for (const member of ["required", "purpose"] as const) {
      if (from[member] === to[member]) continue;
      this.report(`${member}.changed`, { before: from[member], after: to[member] }, member);
    }
  }

  /** The bucket that the alias had before is its own again, as it is now, with what is in it. */
  reattach(need: BucketNeed, found: AdoptableBucket): void {
    const { content } = RESOURCE_RULES[this.kind];
    const reason = reattachedReason(found, content);
    const before = describeExisting(found);
    this.report("reattached", { op: "add", reason, before, after: this.describe(need) });
    this.#compareLimits(found.settings, need);
    this.#doubtValues(
      "reattached.schema",
      need,
      found,
      "kept values were written under an earlier contract; nothing says that they fit the schema " +
        "of this one",
    );
  }

  adopt(need: BucketNeed, found: AdoptableBucket): void {
    const before = describeExisting(found);
    const reason = ownerReason(found);
    this.report("adopted", { op: "add", reason, before, after: this.describe(need) });
    for (const { name, before, after, move } of this.#moves(found.settings, need)) {
      if (!tightens(move)) continue;
      const drops = SETTINGS[name].tighter === "drops";
      this.report(drops ? "adopted.retention" : "adopted.limits", { before, after }, name);
    }
    this.#doubtValues(
      "adopted.schema",
      need,
      found,
      "stored values were written by another client; nothing says that they fit the contract's schema",
    );
  }

  describe({ purpose, required, ...rest }: BucketNeed): JsonValue {
    const described = { purpose, ...settingsOf(this.kind, rest), required };
    return "changes" in rest && rest.changes !== undefined
      ? { ...described, changes: { ...rest.changes } }
      : described;
  }

  #compareLimits(from: BucketLimits, to: BucketLimits): void {
    for (const { name, before, after, move } of this.#moves(from, to)) {
      this.report(
        `${SETTINGS[name].code}.${move}` as WithoutKind<ChangeCode>,
        { before, after },
        name,
      );
    }
  }

  #moves(from: BucketLimits, to: BucketLimits) {
    const names: readonly SettingName[] = SETTING_NAMES[this.kind];
    return names.flatMap((name) => {
      const [before = 0, after = 0] = [from[name], to[name]];
      const move = limitMove(name, before, after);
      return move === undefined ? [] : [{ name, before, after, move }];
    });
  }

  #doubtValues(
    what: "reattached.schema" | "adopted.schema",
    need: BucketNeed,
    { values }: AdoptableBucket,
    doubt: string,
  ): void {
    // What is there is replaced by what is made of events.
    if ("projection" in need && need.projection !== undefined) return;
    if (values === 0 || !("schema" in need) || takesAnything(need.schema)) return;
    this.report(what, { op: "change", reason: `${values} ${doubt}` }, "schema");
  }
}

type WithoutKind<Code> = Code extends `${ResourceKind}.${infer What}` ? What : never;

function takesAnything(schema: KvNeed["schema"]): boolean {
  return schema === true || (typeof schema === "object" && Object.keys(schema).length === 0);
}
