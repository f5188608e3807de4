import type { AuthorityStore } from "../../reconcile/records/record_store.ts";
import { acceptState } from "./accepted_state.ts";
import { createdAt } from "./nats/deployment_facts.ts";
import type { RawBuckets } from "./nats/raw_buckets.ts";

/** What a scenario works with. */
export interface Stage {
  readonly store: AuthorityStore;
  readonly raw: RawBuckets;
  readonly connection: Parameters<typeof createdAt>[0];
  /** Name of one word, new for each run. */
  readonly deployment: string;
  /** Reconciles undisturbed. */
  reconcile(): Promise<void>;
}

/** Brings a deployment to where a reconcile has something to do. */
export interface Scenario {
  readonly name: string;
  /** Kinds of the actions that are due. */
  readonly actions: readonly string[];
  prepare(stage: Stage): Promise<void>;
}

/** One scenario for each kind of action on KV buckets, and some for several. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "create",
    actions: ["create_bucket", "create_bucket"],
    prepare: async ({ store, deployment }) => {
      await acceptState(store, deployment, { a: { history: 3 }, b: { ttlMs: 60_000 } });
    },
  },
  {
    name: "update",
    actions: ["update_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: { history: 5 } });
      await reconcile();
      for (const text of ["1", "2", "3"]) await raw.put(`svc_${deployment}_a`, "k", text);
      await acceptState(store, deployment, { a: { history: 2, maxValueBytes: 900 } });
    },
  },
  {
    name: "repair",
    actions: ["repair_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: { history: 5 } });
      await reconcile();
      await raw.put(`svc_${deployment}_a`, "k", "1");
      await raw.change(`svc_${deployment}_a`, { max_msgs_per_subject: 1, max_bytes: 100_000 });
    },
  },
  {
    name: "adopt",
    actions: ["adopt_bucket"],
    prepare: async ({ store, raw, connection, deployment }) => {
      const name = `svc_${deployment}_a`;
      await raw.create(name, { history: 9 });
      await raw.put(name, "k", "theirs");
      const created = await createdAt(connection, name);
      await acceptState(store, deployment, { a: {} }, { adopts: { "kv/a": { name, created } } });
    },
  },
  {
    name: "rename",
    actions: ["rename_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: {} });
      await reconcile();
      await raw.put(`svc_${deployment}_a`, "k", "kept");
      await acceptState(store, deployment, { b: { renamedFrom: "a", history: 2 } });
    },
  },
  {
    name: "rename, with another alias of the old name",
    actions: ["rename_bucket", "create_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: {} });
      await reconcile();
      await raw.put(`svc_${deployment}_a`, "k", "kept");
      await acceptState(store, deployment, { b: { renamedFrom: "a" } });
      await acceptState(store, deployment, { a: {}, b: {} });
    },
  },
  {
    name: "retire",
    actions: ["retire_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: {}, b: {} });
      await reconcile();
      await raw.put(`svc_${deployment}_b`, "k", "kept");
      await acceptState(store, deployment, { a: {} });
    },
  },
  {
    name: "delete",
    actions: ["retire_bucket", "delete_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: {}, b: {} });
      await reconcile();
      await raw.put(`svc_${deployment}_b`, "k", "gone");
      await acceptState(store, deployment, { a: {} }, {
        retired: ({ retired }) => [
          ...retired,
          { kind: "kv", alias: "b", name: `svc_${deployment}_b`, at: "", deletedBy: "P" },
        ],
      });
    },
  },
  {
    name: "delete, and the alias is there again",
    actions: ["create_bucket", "retire_bucket", "delete_bucket"],
    prepare: async ({ store, raw, deployment, reconcile }) => {
      await acceptState(store, deployment, { a: {}, b: {} });
      await reconcile();
      await raw.put(`svc_${deployment}_b`, "k", "gone");
      await acceptState(store, deployment, { a: {} }, {
        retired: () => [
          { kind: "kv", alias: "b", name: `svc_${deployment}_b`, at: "", deletedBy: "P" },
        ],
      });
      await acceptState(store, deployment, { a: {}, b: { history: 4 } });
    },
  },
];
