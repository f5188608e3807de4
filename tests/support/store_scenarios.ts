import { acceptState } from "./accepted_state.ts";
import { RawStore } from "./nats/raw_stores.ts";
import type { Scenario, Stage } from "./reconcile_scenarios.ts";

const OBJECT = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/** A store of the deployment that holds something. */
async function filled({ connection, deployment }: Stage, alias = "a"): Promise<RawStore> {
  const store = new RawStore(connection, `svc_${deployment}_${alias}`);
  await store.append(OBJECT, new TextEncoder().encode("kept"));
  const record = { object: OBJECT, size: 4, chunks: 1, digest: "", metadata: {} };
  await store.setEntry("k", JSON.stringify(record));
  return store;
}

/** One scenario for each kind of action on stores, and some for several. */
export const STORE_SCENARIOS: readonly Scenario[] = [
  {
    name: "create stores beside a bucket of the same name",
    actions: ["create_bucket", "create_bucket", "create_bucket"],
    prepare: async ({ store, deployment }) => {
      const stores = { a: { maxTotalBytes: 1_000_000 }, b: { ttlMs: 60_000, maxObjectBytes: 9 } };
      await acceptState(store, deployment, { a: {} }, { store: stores });
    },
  },
  {
    name: "update a store",
    actions: ["update_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, {
        store: { a: { ttlMs: 600_000, maxTotalBytes: 5_000_000, maxObjectBytes: 9 } },
      });
      await reconcile();
      await filled(stage);
      await acceptState(store, deployment, {}, { store: { a: { maxTotalBytes: 9_000_000 } } });
    },
  },
  {
    name: "repair a store",
    actions: ["repair_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {} } });
      await reconcile();
      const raw = await filled(stage);
      await raw.change("objects", { max_bytes: 100_000, max_msgs: 100 });
      await raw.change("index", { max_age: 3600e9, max_msgs_per_subject: 5 });
    },
  },
  {
    name: "adopt an object store of another tool",
    actions: ["adopt_bucket"],
    prepare: async ({ store, connection, deployment }) => {
      const name = `svc_${deployment}_a`;
      const raw = new RawStore(connection, name);
      await raw.createForeign({ ttl: 3600e9, description: "theirs" });
      const { created } = await raw.state();
      await acceptState(store, deployment, {}, {
        store: { a: { maxTotalBytes: 1_000_000 } },
        adopts: { "store/a": { name, created } },
      });
    },
  },
  {
    name: "rename a store",
    actions: ["rename_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {} } });
      await reconcile();
      await filled(stage);
      await acceptState(store, deployment, {}, {
        store: { b: { renamedFrom: "a", maxObjectBytes: 8 } },
      });
    },
  },
  {
    name: "rename a store, with another alias of the old name",
    actions: ["rename_bucket", "create_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {} } });
      await reconcile();
      await filled(stage);
      await acceptState(store, deployment, {}, { store: { b: { renamedFrom: "a" } } });
      await acceptState(store, deployment, {}, { store: { a: {}, b: {} } });
    },
  },
  {
    name: "retire a store",
    actions: ["retire_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {}, b: {} } });
      await reconcile();
      await filled(stage, "b");
      await acceptState(store, deployment, {}, { store: { a: {} } });
    },
  },
  {
    name: "delete a store, and keep the bucket of the same name",
    actions: ["retire_bucket", "delete_bucket"],
    prepare: async (stage) => {
      const { store, raw, deployment, reconcile } = stage;
      await acceptState(store, deployment, { b: {} }, { store: { a: {}, b: {} } });
      await reconcile();
      await filled(stage, "b");
      await raw.put(`svc_${deployment}_b`, "k", "kept");
      await acceptState(store, deployment, { b: {} }, {
        store: { a: {} },
        retired: ({ retired }) => [
          ...retired,
          { kind: "store", alias: "b", name: `svc_${deployment}_b`, at: "", deletedBy: "P" },
        ],
      });
    },
  },
  {
    name: "delete a store, and the alias is there again",
    actions: ["create_bucket", "retire_bucket", "delete_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { b: {} } });
      await reconcile();
      await filled(stage, "b");
      await acceptState(store, deployment, {}, {
        retired: () => [
          { kind: "store", alias: "b", name: `svc_${deployment}_b`, at: "", deletedBy: "P" },
        ],
      });
      await acceptState(store, deployment, {}, { store: { b: { maxObjectBytes: 4 } } });
    },
  },
  {
    name: "the index of a store is lost",
    actions: ["create_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {} } });
      await reconcile();
      await (await filled(stage)).deleteIndex();
    },
  },
  {
    name: "the objects of a store are lost, and its index was changed",
    actions: ["create_bucket", "repair_bucket"],
    prepare: async (stage) => {
      const { store, deployment, reconcile } = stage;
      await acceptState(store, deployment, {}, { store: { a: {} } });
      await reconcile();
      const raw = await filled(stage);
      await raw.deleteObjects();
      await raw.change("index", { max_bytes: 500_000 });
    },
  },
];
