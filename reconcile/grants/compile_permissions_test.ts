import { assertEquals, assertThrows } from "@std/assert";
import type { Caller, PrincipalKind } from "../../contracts/identity/caller.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import {
  eventNeed,
  handMade,
  kvNeed,
  type NeedsPatch,
  rpcNeed,
  storeNeed,
} from "../../tests/support/hand_made_needs.ts";
import { filesContract, RECEIVED, SENT } from "../../tests/support/transfers/files_contract.ts";
import { needsOf } from "../needs/needs.ts";
import { compareGrants } from "./compare_grants.ts";
import { compilePermissions, describePermissions } from "./compile_permissions.ts";
import type { PermissionLine } from "./permission_line.ts";

const SESSION = "dfu342kcirifx437";

const CUSTOMERS = handMade({
  contract: "customers@v1",
  surfaces: {
    "rpc.v1.Customers.Get": rpcNeed({ name: "Customers.Get" }),
    "rpc.v1.Customers.Delete": rpcNeed({
      name: "Customers.Delete",
      capabilities: { call: ["customers::delete", "customers::read"] },
    }),
    "events.v1.Customers.Seen.{/id}": eventNeed(true, { name: "Customers.Seen", params: ["/id"] }),
  },
});

function orders(patch: NeedsPatch = {}) {
  return handMade({
    surfaces: {
      "rpc.v1.Orders.Create": rpcNeed({ name: "Orders.Create" }),
      "events.v1.Orders.Placed.{/a.{b}.{/c}": eventNeed(true, {
        name: "Orders.Placed",
        params: ["/a.{b", "/c"],
      }),
      "feeds.v1.Orders.All": rpcNeed({ kind: "feeds", name: "Orders.All" }),
    },
    contracts: {
      "customers@v1": {
        required: false,
        selections: [
          "events.publish:Customers.Seen",
          "rpc.call:Customers.Delete",
          "rpc.call:Customers.Get",
          "rpc.call:Customers.Missing",
        ],
      },
      "mail@v1": { required: false, selections: ["rpc.call:Mail.Send"] },
    },
    kv: { orders: kvNeed(), cache: kvNeed() },
    store: { scans: storeNeed() },
    ...patch,
  });
}

function bindings(patch: Partial<Bindings> = {}): Bindings {
  return {
    format: "trellis.bindings.v1",
    deployment: "orders",
    contract: "orders@v1",
    digests: [],
    version: 1,
    kv: { orders: { bucket: "svc_orders_orders", history: 1, ttlMs: 0 } },
    store: { scans: { name: "svc_orders_scans", ttlMs: 0 } },
    ...patch,
  };
}

function callerOf(kind: PrincipalKind): Caller {
  return { principal: { kind, id: "orders" }, session: SESSION };
}

const subjectsOf = (lines: readonly PermissionLine[] = []) => lines.map(({ subject }) => subject);

Deno.test("[S92] [S93] [S94] a service gets its own subjects, and those that its resources and uses need", () => {
  const permissions = compilePermissions({
    caller: callerOf("service"),
    needs: orders(),
    bindings: bindings(),
    used: { "customers@v1": CUSTOMERS },
  });
  assertEquals(subjectsOf(permissions?.subscribe), [
    `_INBOX.${SESSION}.>`,
    "rpc.v1.Orders.Create.*",
    "events.v1.Orders.Placed.*.*",
    "feeds.v1.Orders.All.*",
    `feeds.v1.Orders.All.credit.${SESSION}.*`,
    "$SRV.PING",
    "$SRV.INFO",
    "$SRV.STATS",
    "$SRV.*.orders",
    `$SRV.*.orders.${SESSION}`,
    "trellis.v1.watch",
  ]);
  assertEquals(subjectsOf(permissions?.publish), [
    `trellis.v1.bootstrap.${SESSION}`,
    `rpc.v1.Orders.Create.s-orders-${SESSION}`,
    "events.v1.Orders.Placed.*.*",
    `feeds.v1.Orders.All.s-orders-${SESSION}`,
    `feeds.v1.Orders.All.credit.*.s-orders-${SESSION}`,
    "$KV.svc_orders_orders.>",
    "$JS.API.STREAM.INFO.KV_svc_orders_orders",
    "$JS.API.STREAM.MSG.GET.KV_svc_orders_orders",
    "$JS.API.CONSUMER.CREATE.KV_svc_orders_orders.*.$KV.svc_orders_orders.>",
    "$JS.FC.KV_svc_orders_orders.>",
    "$JS.FC.*.*.KV_svc_orders_orders.>",
    "$JS.API.STREAM.PURGE.KV_svc_orders_orders",
    "$O.svc_orders_scans.C.*",
    "$O.svc_orders_scans.M.*",
    "$JS.API.STREAM.INFO.OBJ_svc_orders_scans",
    "$JS.API.STREAM.MSG.GET.OBJ_svc_orders_scans",
    "$JS.API.CONSUMER.CREATE.OBJ_svc_orders_scans.*.$O.svc_orders_scans.>",
    "$JS.FC.OBJ_svc_orders_scans.>",
    "$JS.FC.*.*.OBJ_svc_orders_scans.>",
    "$JS.API.CONSUMER.LIST.OBJ_svc_orders_scans",
    "$JS.API.STREAM.PURGE.OBJ_svc_orders_scans",
    "$KV.svc_orders_scans__index.>",
    "$JS.API.STREAM.INFO.KV_svc_orders_scans__index",
    "$JS.API.STREAM.MSG.GET.KV_svc_orders_scans__index",
    "$JS.API.CONSUMER.CREATE.KV_svc_orders_scans__index.*.$KV.svc_orders_scans__index.>",
    "$JS.FC.KV_svc_orders_scans__index.>",
    "$JS.FC.*.*.KV_svc_orders_scans__index.>",
    "$JS.API.STREAM.PURGE.KV_svc_orders_scans__index",
    "events.v1.Customers.Seen.*",
    `rpc.v1.Customers.Delete.s-orders-${SESSION}`,
    `rpc.v1.Customers.Get.s-orders-${SESSION}`,
    "_INBOX.>",
    `rpc.v1.Auth.Capabilities.List.s-orders-${SESSION}`,
    `rpc.v1.Auth.Sessions.Contract.s-orders-${SESSION}`,
    `trellis.v1.live.requests.orders.${SESSION}`,
  ]);
  const whys = new Set(permissions?.publish.map(({ why }) => why));
  assertEquals(whys.has("call rpc Customers.Get of customers@v1"), true);
  assertEquals(whys.has("read and write KV orders"), true);
});

Deno.test("[S94] users, devices and agents call what their capabilities allow, and touch no data", () => {
  const ask = (kind: PrincipalKind, capabilities: readonly string[]) =>
    compilePermissions({
      caller: callerOf(kind),
      needs: orders(),
      bindings: bindings(),
      used: { "customers@v1": CUSTOMERS },
      capabilities,
    });
  for (const [kind, letter] of [["user", "u"], ["device", "d"], ["agent", "a"]] as const) {
    const token = `${letter}-orders-${SESSION}`;
    const some = ask(kind, ["customers::read"]);
    assertEquals(subjectsOf(some?.subscribe), [`_INBOX.${SESSION}.>`]);
    assertEquals(subjectsOf(some?.publish), [
      `trellis.v1.bootstrap.${SESSION}`,
      `rpc.v1.Customers.Get.${token}`,
      `rpc.v1.Auth.Sessions.Me.${token}`,
      `rpc.v1.Auth.Sessions.Logout.${token}`,
    ]);
    const all = ask(kind, ["customers::read", "customers::delete"]);
    assertEquals(subjectsOf(all?.publish).includes(`rpc.v1.Customers.Delete.${token}`), true);
  }
});

Deno.test("[P20] [P22] whoever declares state calls State.* as themselves, and reads no bucket", () => {
  const state = { drafts: { kind: "map", stateVersion: "v1", schema: true, acceptedVersions: {} } };
  const declared = handMade({ contract: "notes@v1", kind: "app", state });
  const linesFor = (kind: PrincipalKind, needs = declared) =>
    compilePermissions({ caller: { principal: { kind, id: "ada" }, session: SESSION }, needs })
      ?.publish.map(({ subject }) => subject).filter((subject) => /State|\$/.test(subject));
  for (const [kind, letter] of [["user", "u"], ["device", "d"], ["agent", "a"]] as const) {
    const token = `${letter}-ada-${SESSION}`;
    assertEquals(
      linesFor(kind),
      ["Get", "Put", "Delete", "List"].map((name) => `rpc.v1.State.${name}.${token}`),
    );
    assertEquals(linesFor(kind, handMade({ contract: "notes@v1", kind: "app" })), []);
  }
  assertEquals(linesFor("service"), []);
  assertEquals(compareGrants(undefined, declared).gains, ["read and write its own state"]);
});

Deno.test("who has nothing accepted may ask why, and an admin may do everything", () => {
  const limbo = compilePermissions({ caller: callerOf("user") });
  assertEquals(subjectsOf(limbo?.publish), [`trellis.v1.bootstrap.${SESSION}`]);
  assertEquals(subjectsOf(limbo?.subscribe), [`_INBOX.${SESSION}.>`]);
  assertEquals(compilePermissions({ caller: callerOf("admin"), needs: orders() }), undefined);
});

Deno.test("names that would widen a line are refused", () => {
  const compile = (needs: NeedsPatch, bound: Partial<Bindings> = {}) =>
    compilePermissions({
      caller: callerOf("service"),
      needs: orders(needs),
      bindings: bindings(bound),
    });
  for (const wide of ["*", ">", "a.*", "a b", "a..b", "", "ä"]) {
    assertThrows(() => compile({ surfaces: { [wide]: rpcNeed() } }), RangeError);
    assertThrows(() => compile({ surfaces: { [wide]: eventNeed() } }), RangeError);
  }
  for (const wide of ["*", ">", "a.b", "a b", "", "ä"]) {
    const bound = { bucket: wide, history: 1, ttlMs: 0 };
    assertThrows(() => compile({}, { kv: { orders: bound } }), RangeError);
    assertThrows(() => compile({}, { store: { scans: { name: wide, ttlMs: 0 } } }), RangeError);
  }
  const wrong: Caller = { principal: { kind: "user", id: "alice.admin" }, session: SESSION };
  assertThrows(() => compilePermissions({ caller: wrong }), RangeError);
  for (const session of ["*", ">", "a.b", "~", "А".repeat(16)]) {
    const caller: Caller = { principal: { kind: "user", id: "alice" }, session };
    assertThrows(() => compilePermissions({ caller }), RangeError);
  }
});

Deno.test("what is shown has a place for the session", () => {
  const shown = describePermissions({ kind: "service", id: "orders" }, {
    needs: orders(),
    used: { "customers@v1": CUSTOMERS },
  });
  assertEquals(subjectsOf(shown.subscribe)[0], "_INBOX.<session>.>");
  const call = shown.publish.find(({ why }) => why.startsWith("call rpc Customers.Get"));
  assertEquals(call?.subject, "rpc.v1.Customers.Get.s-orders-<session>");
  const [, me] = describePermissions({ kind: "user" }, { needs: handMade({}) }).publish;
  assertEquals(me?.subject, "rpc.v1.Auth.Sessions.Me.u-<id>-<session>");
});

Deno.test("whoever uses an event subscribes to it with the capabilities that it demands", () => {
  const surfaces = {
    "events.v1.Customers.Seen.{/id}": eventNeed(true, {
      name: "Customers.Seen",
      params: ["/id"],
      capabilities: { subscribe: ["customers::watch"] },
    }),
  };
  const needs = handMade({
    contracts: {
      "customers@v1": { required: true, selections: ["events.subscribe:Customers.Seen"] },
    },
  });
  const used = { "customers@v1": handMade({ surfaces }) };
  const subscribable = (kind: PrincipalKind, capabilities: readonly string[]) =>
    compilePermissions({ caller: callerOf(kind), needs, used, capabilities })?.subscribe
      .filter(({ subject }) => subject.startsWith("events."));
  assertEquals(subscribable("user", []), []);
  const seen = [{
    subject: "events.v1.Customers.Seen.*",
    why: "subscribe to event Customers.Seen of customers@v1",
  }];
  assertEquals(subscribable("user", ["customers::watch"]), seen);
  assertEquals(subscribable("service", []), seen);
});

Deno.test("[S92] [S102] [S104] files and feeds: callers ask and send as themselves, and reach no stream, bucket or store", () => {
  const { manifest, digest } = filesContract({
    upload: SENT,
    download: RECEIVED,
    feed: {},
    guarded: true,
  });
  const files = needsOf(manifest, digest);
  const used = { "files@v1": files };
  const needs = handMade({
    contracts: {
      "files@v1": {
        required: true,
        selections: [
          "feeds.subscribe:Files.Changes",
          "operations.call:Files.Upload",
          "rpc.call:Files.Download",
        ],
      },
    },
  });
  const ask = (capabilities: readonly string[]) =>
    subjectsOf(compilePermissions({ caller: callerOf("user"), needs, used, capabilities })?.publish)
      .filter((subject) => subject.includes("Files."));
  const token = `u-orders-${SESSION}`;
  assertEquals(ask([]), []);
  assertEquals(ask(["files::use"]), [
    `feeds.v1.Files.Changes.${token}`,
    `feeds.v1.Files.Changes.credit.*.${token}`,
    `transfer.send.operations.v1.Files.Upload.${token}.*.*`,
    `operations.v1.Files.Upload.${token}`,
    `operations.v1.Files.Upload.control.${token}`,
    `transfer.pull.rpc.v1.Files.Download.${token}`,
    `rpc.v1.Files.Download.${token}`,
  ]);
  const serving = compilePermissions({
    caller: callerOf("service"),
    needs: files,
    bindings: bindings({ records: "trellis_records_files", transfer: "trellis_transfer_files" }),
  });
  assertEquals(subjectsOf(serving?.subscribe).filter((subject) => subject.includes("Files.")), [
    "rpc.v1.Files.Download.*",
    "transfer.pull.rpc.v1.Files.Download.*",
    "operations.v1.Files.Upload.*",
    "operations.v1.Files.Upload.control.*",
    "feeds.v1.Files.Changes.*",
    `feeds.v1.Files.Changes.credit.${SESSION}.*`,
  ]);
  assertEquals(
    subjectsOf(serving?.publish).filter((subject) => subject.includes("trellis_transfer_")),
    [
      "$JS.API.STREAM.INFO.trellis_transfer_files",
      "$JS.API.DIRECT.GET.trellis_transfer_files",
      "$JS.API.CONSUMER.CREATE.trellis_transfer_files.*.transfer.send.operations.v1.Files.Upload.*.*.*",
      "$JS.FC.trellis_transfer_files.>",
      "$JS.FC.*.*.trellis_transfer_files.>",
      "$JS.API.STREAM.PURGE.trellis_transfer_files",
    ],
  );
  assertEquals(subjectsOf(serving?.publish).includes("$KV.trellis_records_files.grant.*"), true);
  assertEquals(compareGrants(undefined, files).gains, [
    "serve rpc Files.Download",
    "send files that rpc Files.Download grants",
    "serve operation Files.Upload",
    "receive files that are sent with operation Files.Upload",
    "serve feed Files.Changes",
    "read and write store files",
  ]);
  assertEquals(compareGrants(undefined, needs).gains, [
    "subscribe to feed Files.Changes of files@v1",
    "start operation Files.Upload of files@v1",
    "call rpc Files.Download of files@v1",
  ]);
});

Deno.test("what a version gains and loses is said in words", () => {
  const before = orders();
  const after = orders({
    contracts: { "mail@v1": before.contracts["mail@v1"]! },
    kv: { orders: kvNeed({ history: 5 }), queue: kvNeed() },
  });
  assertEquals(compareGrants(before, after), {
    gains: ["read and write KV queue"],
    loses: [
      "read and write KV cache",
      "publish event Customers.Seen of customers@v1",
      "call rpc Customers.Delete of customers@v1",
      "call rpc Customers.Get of customers@v1",
      "call rpc Customers.Missing of customers@v1",
    ],
  });
  assertEquals(compareGrants(undefined, after).loses, []);
  assertEquals(compareGrants(undefined, after).gains.slice(0, 2), [
    "serve rpc Orders.Create",
    "publish event Orders.Placed",
  ]);
});
