import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PlanView } from "../../reconcile/authority/authority.ts";
import { changeCodes } from "../../reconcile/changes/catalogue.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { makeChange } from "../../reconcile/diff/diff_report.ts";
import type { Impact } from "../../reconcile/changes/impact.ts";
import { displayWidth } from "../terminal/display_width.ts";
import { recordingTerminal } from "../terminal/recording_terminal.ts";
import { planJson } from "./plan_json.ts";
import { planText } from "./plan_view.ts";

const IMPACT: Impact = {
  bucket: "svc_orders_orders",
  effect: "dropped",
  values: 310,
  revisions: 1514,
  bytes: 1_258_291,
  first: ["ord_1", "ord_2", "ord_3", "ord_4"].map((key) => ({ key, createdAt: "" })),
  complete: true,
  scanned: 5000,
  at: "2030-01-01T00:00:00.000Z",
};

function view(changes: readonly Change[]): PlanView {
  const dangerous = changes.some(({ severity }) => severity === "dangerous");
  const plan: PlanView["plan"] = {
    format: "trellis.plan.v1",
    id: "01JX4Q7Z8MA3B9C2D5E6F7G8H9",
    deployment: "orders-service",
    kind: dangerous ? "migration" : "update",
    baseVersion: 3,
    createdAt: "2030-01-01T00:00:00.000Z",
    changes,
    needs: {
      contract: "orders-service@v1",
      kind: "service",
      digest: "d",
      contracts: {},
      surfaces: {},
      capabilities: {},
      resources: { kv: {}, store: {} },
    },
  };
  return { plan, state: "pending" };
}

function shown(
  changes: readonly Change[],
  options: Parameters<typeof recordingTerminal>[0] = {},
): string {
  const { terminal } = recordingTerminal({ isTerminal: true, columns: 80, ...options });
  return planText(view(changes), [], terminal.out);
}

const history = (impact?: Impact): Change => ({
  ...makeChange("kv.history.reduced", "/resources/kv/orders/history", { before: 5, after: 1 }),
  ...(impact === undefined ? {} : { impact }),
});

const SOME: readonly Change[] = [
  makeChange("kv.added", "/resources/kv/drafts", { after: { history: 1 } }),
  history(IMPACT),
  makeChange("kv.ttl.increased", "/resources/kv/cache/ttlMs", { before: 60_000, after: 3_600_000 }),
  makeChange(
    "schema.type.narrowed",
    "/surfaces/rpc.v1.Orders.Create/schemas/input/properties/items/items/properties/count",
    {
      op: "change",
      before: { type: "number" },
      after: { type: "integer" },
      reason: "count takes whole numbers only",
      example: { items: [{ count: 1.5 }] },
      affects: ["billing", "shipping"],
    },
  ),
  makeChange("kv.history.reduced", "/resources/kv/notes/history", { before: 3, after: 2 }),
];

Deno.test("dangerous changes stand first with all that is known, safe ones on a line, counts last", () => {
  assertEquals(
    shown(SOME),
    `plan 01JX4Q7Z8MA3B9C2D5E6F7G8H9  pending
orders-service  orders-service@v1  from version 3  made 2030-01-01T00:00:00.000Z

dangerous
  1 kv orders history                                         kv.history.reduced
    fewer revisions of a key are kept
    change   5 → 1
    because  the server drops older revisions at once
    cost     310 values and 1,204 older revisions (1.2 MiB) in svc_orders_orders
             would be deleted
             first ord_1, ord_2, ord_3, and 307 more
    danger   Revisions beyond the new number are gone the moment this is
             reconciled; they cannot be brought back.
    to do    Keep \`history\` as it is, or copy the revisions that matter, and
             accept.

  2 rpc Orders.Create input.items[].count                   schema.type.narrowed
    fewer types are taken
    change   number → integer
    because  count takes whole numbers only
    example  {"items":[{"count":1.5}]}
    affects  billing, shipping
    danger   Values that were right before are refused: stored values cannot be
             read, queued work fails, and callers that send them get a
             ValidationError.
    to do    Take both types for a while, with a union; or add a property of the
             new type beside the old.

  3 kv notes history                                          kv.history.reduced
    fewer revisions of a key are kept
    change   3 → 2
    because  the server drops older revisions at once
    to do    as for 1

safe
  + kv drafts                                                           kv.added
  ~ kv cache ttlMs  1 min → 1 h                                 kv.ttl.increased

to decide
  deno task trellis svc orders-service authority accept-migration \\
    01JX4Q7Z8MA3B9C2D5E6F7G8H9 --acknowledgement "…"
  deno task trellis svc orders-service authority reject \\
    01JX4Q7Z8MA3B9C2D5E6F7G8H9 --reason "…"

migration: 3 dangerous, 2 safe`,
  );
});

Deno.test("a program that reads the text finds each command on one line", () => {
  const text = shown(SOME, { isTerminal: false });
  assertStringIncludes(text, "accept-migration 01JX4Q7Z8MA3B9C2D5E6F7G8H9 --acknowledgement");
});

Deno.test("numbers of a scan that ended early are at least so high", () => {
  const invalid: Impact = {
    ...IMPACT,
    effect: "invalid",
    values: 12,
    revisions: 12,
    bytes: 600,
    complete: false,
    first: [{ key: "ord_7", createdAt: "", path: "/sku", problem: "is missing" }],
  };
  const text = shown([history(invalid)]);
  assertStringIncludes(text, "at least 12 values (600 B) in svc_orders_orders would no longer fit");
  assertStringIncludes(text.replace(/\s+/g, " "), "only 5,000 revisions looked at");
  assertStringIncludes(text, "             ord_7: /sku is missing\n             and 11 more\n");
  const none = shown([history({ ...IMPACT, values: 0, revisions: 0, bytes: 0, first: [] })]);
  assertStringIncludes(
    none.replace(/\s+/g, " "),
    "nothing in svc_orders_orders is concerned; 5,000",
  );
});

Deno.test("no line is wider than the window, for any code, but for words of commands", () => {
  for (const columns of [40, 80]) {
    const long =
      "/resources/kv/a_rather_long_alias_for_a_bucket/schema/properties/and_a_long_property";
    const changes = changeCodes.map((code) => ({
      ...makeChange(code, long, {
        before: { type: "string", enum: Array.from({ length: 40 }, (_, i) => `value ${i}`) },
        after: "w".repeat(300),
        example: { text: "界".repeat(100) },
        affects: ["a".repeat(60), "b"],
      }),
      impact: { ...IMPACT, bucket: "svc_".padEnd(100, "x") },
    }));
    for (const line of shown(changes, { columns }).split("\n")) {
      const isCommand = /^ +(deno|authority|accept|01JX|reject|--)/.test(line);
      assert(displayWidth(line) <= columns || isCommand, `${columns}: ${line}`);
      assertEquals(line, line.trimEnd());
    }
  }
});

Deno.test("a new deployment with many additions is short", () => {
  const changes = [
    makeChange("contract.added", "/contract", { after: "orders-service@v1" }),
    ...Array.from(
      { length: 20 },
      (_, index) =>
        makeChange("surface.added", `/surfaces/rpc.v1.Orders.Number${index}`, { after: "x" }),
    ),
    makeChange("surface.added", "/surfaces/events.v1.Orders.Created.{~1id}", { after: "x" }),
    makeChange("kv.added", "/resources/kv/orders", { after: {} }),
    makeChange("kv.added", "/resources/kv/drafts", { after: {} }),
  ];
  const lines = shown(changes).split("\n");
  assert(lines.length <= 20, lines.join("\n"));
  const text = lines.join("\n");
  for (
    const part of [
      "contract orders-service@v1 ",
      "20 rpc",
      "and 12 more",
      "event Orders.Created",
      "2 kv orders, drafts",
      "update: 0 dangerous, 24 safe",
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("foreign text moves no cursor, and only a terminal gets colour", () => {
  const hostile = "\u001b[2J\u001b]0;x\u0007\r\n\u202e";
  const change: Change = {
    ...makeChange("kv.adopted", `/resources/kv/${hostile}`, {
      op: "add",
      reason: `${hostile} exists`,
      before: { name: hostile },
      after: hostile,
      example: hostile,
      affects: [hostile],
    }),
    impact: {
      ...IMPACT,
      bucket: hostile,
      first: [{ key: hostile, createdAt: hostile, path: hostile, problem: hostile }],
    },
  };
  const plain = shown([change, { ...change, severity: "safe", code: "kv.added" }]);
  assertEquals(/[\p{Cc}\p{Bidi_Control}]/u.test(plain.replaceAll("\n", "")), false);
  const color = shown(SOME, { env: {} });
  assert(color.includes("\u001b["));
  const bare = stripVTControlCharacters(color);
  assertEquals(bare, shown(SOME));
  assertEquals(shown(SOME, { env: {}, isTerminal: false }).includes("\u001b"), false);
});

Deno.test("a code that this version does not know is shown with its reason", () => {
  const change = { ...history(), code: "kv.schema.changed", reason: "old words" };
  // As a plan of another version has it.
  const text = shown([change as Change]);
  for (const part of ["kv.schema.changed", "old words"]) assertStringIncludes(text, part);
});

Deno.test("what is used and not accepted is told, and what that means", () => {
  const { terminal } = recordingTerminal({ columns: 80 });
  const missing = ["call rpc Mail.Send"];
  const use = { selected: missing, missing };
  const lacking = [
    { contract: "mail@v1", required: true, ...use },
    { contract: "fax@v1", required: false, ...use },
  ];
  const text = planText(view(SOME), lacking, terminal.out);
  assertStringIncludes(
    text,
    "its services wait until it is accepted to\n  call rpc Mail.Send of mail@v1\n",
  );
  assertStringIncludes(
    text,
    "goes without, until it is accepted, the right to\n  call rpc Mail.Send of fax@v1\n",
  );
});

Deno.test("the JSON of a plan has the same content", () => {
  const json: Record<string, unknown> = JSON.parse(JSON.stringify(planJson(view(SOME), [])));
  assertEquals([json.state, json.contract, json.kind], [
    "pending",
    "orders-service@v1",
    "migration",
  ]);
  assertEquals(json.summary, { dangerous: 3, safe: 2 });
  assertEquals("needs" in json, false);
  const changes = json.changes as readonly Record<string, unknown>[];
  assertEquals(changes.length, SOME.length);
  assertEquals(Object.keys(changes[1] ?? {}).sort(), [
    "after",
    "before",
    "code",
    "danger",
    "impact",
    "op",
    "path",
    "reason",
    "severity",
    "title",
    "wayOut",
  ]);
  // The reason is that of the change, where it has one of its own.
  assertEquals(changes[3]?.reason, "count takes whole numbers only");
});
