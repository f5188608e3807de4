/** A service that uses everything a service can use, for tests of what the broker lets it do. */
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { type Caller, sessionOf } from "../../contracts/identity/caller.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { grantsOf } from "../../reconcile/grants/grant.ts";
import { compilePermissions } from "../../reconcile/grants/compile_permissions.ts";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import type { Needs } from "../../reconcile/needs/need_types.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";

const Item = Type.Object({ id: Type.String() });
const Scan = Type.Object({ path: Type.String() });
const schemas = { Item, Scan };

/** A contract that the shop needs. */
export const customers = defineServiceContract({ schemas }, (ref) => ({
  id: "customers@v1",
  displayName: "Customers",
  description: "Knows who buys.",
  rpc: {
    "Customers.Get": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") },
    "Customers.Delete": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") },
  },
  events: { "Customers.Moved": { version: "v1", params: ["/id"], event: ref.schema("Item") } },
}));

/** A contract that the shop uses where it is there. */
export const mail = defineServiceContract({ schemas }, (ref) => ({
  id: "mail@v1",
  displayName: "Mail",
  description: "Sends mail.",
  rpc: { "Mail.Send": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") } },
}));

/** The contract of the service. */
export const shop = defineServiceContract({ schemas }, (ref) => ({
  id: "acme.shop@v1",
  displayName: "Shop",
  description: "Sells.",
  uses: {
    required: { customers: customers.use({ rpc: { call: ["Customers.Get"] } }) },
    optional: { mail: mail.use({ rpc: { call: ["Mail.Send"] } }) },
  },
  rpc: {
    "Shop.Buy": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") },
    "Shop.Label": {
      version: "v1",
      input: ref.schema("Item"),
      output: ref.schema("Item"),
      transfer: { direction: "receive", store: "scans" },
    },
  },
  operations: {
    "Shop.Scan": {
      version: "v1",
      input: ref.schema("Scan"),
      output: ref.schema("Item"),
      transfer: { direction: "send", store: "scans", key: "/path" },
    },
  },
  feeds: { "Shop.Sales": { version: "v1", input: ref.schema("Item"), event: ref.schema("Item") } },
  events: { "Shop.Sold": { version: "v1", params: ["/id"], event: ref.schema("Item") } },
  resources: {
    kv: { items: { purpose: "items", schema: ref.schema("Item"), history: 5 } },
    store: { scans: { purpose: "scans" } },
  },
}));

/** Where the data of the shop is. */
export const BUCKET = "svc_shop_items";
/** Where the objects of the shop are. */
export const STORE = "svc_shop_scans";

/** Where it notes what it has granted. */
export const RECORDS = "trellis_records_shop";
/** Where scans are that are on their way to it. */
export const TRANSFER = "trellis_transfer_shop";

/** A bucket and a store of another deployment. */
export const FOREIGN = { bucket: "svc_other_items", store: "svc_other_scans" };

/** An instance of the service. */
export const SHOP: Caller = {
  principal: { kind: "service", id: "shop" },
  session: sessionOf("the key of the shop"),
};
/** A person who buys. */
export const ADA: Caller = {
  principal: { kind: "user", id: "ada" },
  session: sessionOf("the key of ada"),
};
/** Somebody with a good key, and nothing accepted for it. */
export const NOBODY: Caller = {
  principal: { kind: "user", id: "nobody" },
  session: sessionOf("the key of nobody"),
};

/** What was made for the shop. */
export const BINDINGS: Bindings = {
  format: "trellis.bindings.v1",
  deployment: "shop",
  contract: shop.id,
  digests: [shop.digest],
  version: 1,
  kv: { items: { bucket: BUCKET, history: 5, ttlMs: 0 } },
  store: { scans: { name: STORE, ttlMs: 0 } },
  // How operations are queued is proved beside the queues.
  records: RECORDS,
  transfer: TRANSFER,
};

const needs = ({ manifest, digest }: Contract) => needsOf(manifest, digest);

const SHOP_USES = { [customers.id]: needs(customers), [mail.id]: needs(mail) };
const BUYS: Needs = {
  ...needs(mail),
  kind: "app",
  contract: "buying@v1",
  surfaces: {},
  contracts: {
    [shop.id]: {
      required: true,
      selections: [
        "feeds.subscribe:Shop.Sales",
        "operations.call:Shop.Scan",
        "rpc.call:Shop.Buy",
        "rpc.call:Shop.Label",
      ],
    },
  },
};

/** What their contracts let the shop and a person do. */
export const GRANTS = {
  shop: grantsOf(needs(shop), { used: SHOP_USES, capabilities: undefined }),
  ada: grantsOf(BUYS, { used: { [shop.id]: needs(shop) }, capabilities: new Set() }),
};

/** What the compiler lets the shop do. */
export function shopPermissions(): Permissions {
  return compiled({ caller: SHOP, needs: needs(shop), bindings: BINDINGS, used: SHOP_USES });
}

/** What the compiler lets a person do whose app calls `Shop.Buy`. */
export function adaPermissions(): Permissions {
  return compiled({ caller: ADA, needs: BUYS, used: { [shop.id]: needs(shop) } });
}

/** What the compiler lets somebody do for whom nothing was accepted. */
export function nobodyPermissions(): Permissions {
  return compiled({ caller: NOBODY });
}

function compiled(asked: Parameters<typeof compilePermissions>[0]): Permissions {
  const permissions = compilePermissions(asked);
  if (permissions === undefined) throw new Error("this caller may do everything");
  return permissions;
}
