import { ulid } from "ulid";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { AuthorityStore } from "../../reconcile/records/record_store.ts";
import type {
  AuthorityRecord,
  BucketIdentity,
  RetiredBucket,
} from "../../reconcile/records/authority_record.ts";
import { kvContract, type KvSettings, type StoreSettings } from "./kv_contract.ts";

/** What a test has accepted beside the aliases. */
export interface AlsoAccepted {
  readonly adopts?: Readonly<Record<string, BucketIdentity>>;
  readonly retired?: (record: AuthorityRecord) => readonly RetiredBucket[];
  readonly store?: Readonly<Record<string, StoreSettings>>;
  readonly contract?: `${string}@v${number}`;
}

/** Makes KV aliases the next accepted state of a deployment, as if somebody had decided it. */
export async function acceptState(
  store: AuthorityStore,
  deployment: string,
  kv: Readonly<Record<string, KvSettings>>,
  { adopts, retired, store: stores = {}, contract = "orders-service@v1" }: AlsoAccepted = {},
): Promise<AuthorityRecord> {
  const { manifest, digest } = kvContract(kv, { id: contract, store: stores });
  const needs = needsOf(manifest, digest);
  const stored = (await store.load(deployment)).orThrow();
  const before: AuthorityRecord = stored?.value ??
    {
      format: "trellis.authority.v1",
      deployment,
      mode: "strict",
      modeBy: "test",
      retired: [],
      history: [],
    };
  const version = (before.desired?.version ?? 0) + 1;
  const plan = {
    format: "trellis.plan.v1",
    id: ulid(),
    deployment,
    kind: "migration",
    baseVersion: version - 1,
    createdAt: new Date().toISOString(),
    changes: [],
    needs,
  } as const;
  (await store.savePlan(plan)).orThrow();
  const record: AuthorityRecord = {
    ...before,
    retired: retired?.(before) ?? before.retired,
    desired: {
      version,
      planId: plan.id,
      needs,
      digests: [digest],
      ...(adopts === undefined ? {} : { adopts }),
    },
    history: [
      ...before.history,
      { planId: plan.id, outcome: "accepted", at: plan.createdAt, by: "test", version },
    ],
  };
  const saved = (await store.save(record, stored?.revision)).orThrow();
  if (!saved) throw new Error(`somebody else wrote the record of ${deployment}`);
  return record;
}
