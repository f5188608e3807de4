import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { Command } from "../program/command.ts";
import type { GlobalOptions } from "../program/global_options.ts";
import { parseCommandLine } from "./parse_command_line.ts";

const GLOBALS: GlobalOptions = {
  json: false,
  nats: undefined,
  project: ".",
  noColor: false,
  quiet: false,
};

function command(argv: readonly string[]): Command {
  const parsed = parseCommandLine(argv);
  if (parsed.kind !== "command") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  return parsed.command;
}

function globals(argv: readonly string[], environment = {}): GlobalOptions {
  const parsed = parseCommandLine(argv, environment);
  if (parsed.kind !== "command") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  return parsed.globals;
}

const decision = { deployment: "orders", planId: "P1", expectedDesiredVersion: undefined };

const CASES: readonly (readonly [line: string, command: Command])[] = [
  ["init orders", { kind: "init", dir: "orders", yes: false, name: undefined }],
  ["init orders --yes --name shop", { kind: "init", dir: "orders", yes: true, name: "shop" }],
  ["dev", { kind: "dev", dir: ".", review: false, watch: true }],
  ["dev shop --review --no-watch", { kind: "dev", dir: "shop", review: true, watch: false }],
  ["dev --project shop", { kind: "dev", dir: "shop", review: false, watch: true }],
  ["start shop --review", { kind: "start", dir: "shop", review: true }],
  ["status", { kind: "status" }],
  ["contract check", { kind: "contract_check", paths: ["."] }],
  ["contract check a b.ts", { kind: "contract_check", paths: ["a", "b.ts"] }],
  ["contract check --project shop", { kind: "contract_check", paths: ["shop"] }],
  ["contract build", { kind: "contract_build", dir: ".", out: undefined }],
  ["contract build shop --out m.json", { kind: "contract_build", dir: "shop", out: "m.json" }],
  ["contract digest a.ts", { kind: "contract_digest", file: "a.ts" }],
  ["contract canonical a.json", { kind: "contract_canonical", file: "a.json" }],
  [
    "svc orders authority plan list",
    { kind: "authority_plan_list", deployment: "orders", state: "pending" },
  ],
  [
    "svc orders authority plan list --state all",
    { kind: "authority_plan_list", deployment: "orders", state: "all" },
  ],
  [
    "svc orders authority plan show P1",
    { kind: "authority_plan_show", deployment: "orders", planId: "P1", scan: false },
  ],
  [
    "svc orders authority accept-update P1",
    { kind: "authority_accept_update", ...decision, reason: undefined },
  ],
  [
    "svc orders authority accept-update P1 --expected-desired-version 7 --reason fine",
    {
      kind: "authority_accept_update",
      ...decision,
      expectedDesiredVersion: 7,
      reason: "fine",
    },
  ],
  [
    "svc orders authority accept-migration P1 --acknowledgement backup",
    {
      kind: "authority_accept_migration",
      ...decision,
      acknowledgement: "backup",
      deleteData: undefined,
    },
  ],
  [
    "svc orders authority reject P1 --reason=no --expected-desired-version=0",
    { kind: "authority_reject", ...decision, expectedDesiredVersion: 0, reason: "no" },
  ],
  ["svc orders authority reconcile", { kind: "authority_reconcile", deployment: "orders" }],
  ["svc orders authority show", { kind: "authority_show", deployment: "orders" }],
  ["svc orders authority history", { kind: "authority_history", deployment: "orders" }],
  [
    "svc orders authority plan show P1 --scan",
    { kind: "authority_plan_show", deployment: "orders", planId: "P1", scan: true },
  ],
  [
    "svc orders authority accept-migration P1 --acknowledgement a --delete-data kv/a,store/b",
    {
      kind: "authority_accept_migration",
      ...decision,
      acknowledgement: "a",
      deleteData: ["kv/a", "store/b"],
    },
  ],
  [
    "svc orders authority rollback 3",
    { kind: "authority_rollback", deployment: "orders", version: 3 },
  ],
  [
    "svc orders authority delete-data kv/orders",
    { kind: "authority_delete_data", deployment: "orders", resource: "kv/orders" },
  ],
  [
    "svc orders authority verify --expect H",
    { kind: "authority_verify", deployment: "orders", expect: "H" },
  ],
  ["authority verify", { kind: "authority_verify", deployment: undefined, expect: undefined }],
  ["call Orders.Create", {
    kind: "call",
    rpc: "Orders.Create",
    input: undefined,
    timeoutMs: undefined,
  }],
  ['call Orders.Create {"a":[1]} --timeout 250', {
    kind: "call",
    rpc: "Orders.Create",
    input: { from: "argument", value: { a: [1] } },
    timeoutMs: 250,
  }],
  [
    "kv ls orders cache",
    {
      kind: "kv_ls",
      service: "orders",
      alias: "cache",
      filter: undefined,
      limit: 100,
      offset: 0,
    },
  ],
  [
    "kv ls orders cache --filter a.> --limit 0 --offset 20",
    {
      kind: "kv_ls",
      service: "orders",
      alias: "cache",
      filter: "a.>",
      limit: 0,
      offset: 20,
    },
  ],
  ["kv get orders cache k", { kind: "kv_get", service: "orders", alias: "cache", key: "k" }],
  ["kv put orders cache k @v.json --expected-revision 12", {
    kind: "kv_put",
    service: "orders",
    alias: "cache",
    key: "k",
    value: { from: "file", path: "v.json" },
    expectedRevision: "12",
  }],
  [
    "kv watch orders cache --filter a",
    { kind: "kv_watch", service: "orders", alias: "cache", filter: "a" },
  ],
];

for (const [line, expected] of CASES) {
  Deno.test(`trellis ${line}`, () => assertEquals(command(line.split(" ")), expected));
}

Deno.test("global options stand before, inside and after the command", () => {
  const expected = { ...GLOBALS, json: true, nats: "nats://a:1", project: "shop" };
  for (
    const line of [
      "--json --nats nats://a:1 --project shop svc orders authority plan list",
      "svc --json orders --nats=nats://a:1 authority plan --project shop list",
      "svc orders authority plan list --project=shop --nats nats://a:1 --json",
    ]
  ) assertEquals(globals(line.split(" ")), expected, line);
  assertEquals(globals(["status", "--no-color", "--quiet", "--json", "--json"]), {
    ...GLOBALS,
    noColor: true,
    quiet: true,
    json: true,
  });
});

Deno.test("NATS_URL stands in for --nats, unless it is empty", () => {
  assertEquals(globals(["status"], { NATS_URL: "nats://e" }).nats, "nats://e");
  assertEquals(globals(["status"], { NATS_URL: "" }).nats, undefined);
  assertEquals(
    globals(["status", "--nats", "nats://o"], { NATS_URL: "nats://e" }).nats,
    "nats://o",
  );
});

Deno.test("a deployment may be called like a command", () => {
  assertEquals(command(["svc", "authority", "authority", "show"]), {
    kind: "authority_show",
    deployment: "authority",
  });
});

function value(...argv: readonly string[]): unknown {
  const parsed = command(["kv", "put", "s", "a", ...argv]);
  return parsed.kind === "kv_put" ? [parsed.key, parsed.value] : parsed;
}

Deno.test("JSON comes from the command line, from stdin, or from a file", () => {
  assertEquals(value("k", "-"), ["k", { from: "stdin" }]);
  assertEquals(value("k", "@- x.json"), ["k", { from: "file", path: "- x.json" }]);
  assertEquals(value("k", '""'), ["k", { from: "argument", value: "" }]);
  assertEquals(value("k", "null"), ["k", { from: "argument", value: null }]);
});

Deno.test("negative numbers are values, and behind -- everything is", () => {
  assertEquals(value("k", "-5"), ["k", { from: "argument", value: -5 }]);
  assertEquals(value("-0.5", "-1e9"), ["-0.5", { from: "argument", value: -1e9 }]);
  assertEquals(value("--", "--json", "1"), ["--json", { from: "argument", value: 1 }]);
  assertEquals(value("--", "--", "1"), ["--", { from: "argument", value: 1 }]);
  assertEquals(value("k", "--expected-revision", "-3", "1"), [
    "k",
    { from: "argument", value: 1 },
  ]);
});

Deno.test("long arguments and any letters go through untouched", () => {
  const long = "ä日👩‍👩‍👧 'quoted' \"twice\" $HOME \\ \n".repeat(500);
  assertEquals(value(long, JSON.stringify(long)), [long, { from: "argument", value: long }]);
  assertEquals(command(["svc", "o", "authority", "reject", "P", `--reason=${long}`]), {
    kind: "authority_reject",
    deployment: "o",
    planId: "P",
    reason: long,
    expectedDesiredVersion: undefined,
  });
});

Deno.test("a value may contain = and may look like a short option", () => {
  const parsed = command(["svc", "o", "authority", "reject", "P", "--reason", "-a=b"]);
  assertEquals(parsed.kind === "authority_reject" && parsed.reason, "-a=b");
});

Deno.test("help and version win over everything else on the line", () => {
  assertEquals(parseCommandLine([]).kind, "help");
  assertEquals(parseCommandLine(["help"]).kind, "help");
  assertEquals(parseCommandLine(["help", "kv", "put"]).kind, "help");
  assertEquals(parseCommandLine(["kv", "put", "--bogus", "-h"]).kind, "help");
  assertEquals(parseCommandLine(["--version"]), { kind: "version" });
  assertEquals(parseCommandLine(["status", "-V"]), { kind: "version" });
  const named = parseCommandLine(["svc", "orders", "authority", "reject", "--help"]);
  const unnamed = parseCommandLine(["help", "svc", "authority", "reject"]);
  assertEquals(named, unnamed);
});

Deno.test("completion asks are told from commands, and their words are left alone", () => {
  assertEquals(parseCommandLine(["completion", "zsh"]), {
    kind: "completion",
    shell: "zsh",
    words: undefined,
  });
  assertEquals(parseCommandLine(["__complete", "fish", "kv", "--help", ""]), {
    kind: "completion",
    shell: "fish",
    words: ["kv", "--help", ""],
  });
  assertEquals(parseCommandLine(["__complete", "cmd"]).kind, "usage_error");
});

Deno.test("any words give an answer, and no complaint moves a cursor", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "svc",
      "authority",
      "plan",
      "list",
      "kv",
      "put",
      "--",
      "--json",
      "--nats",
      "--state=x",
      "-",
      "-h",
      "help",
      "\u001b[2J",
      "__proto__",
      "constructor",
      "--__proto__",
    ),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
    const parsed = parseCommandLine(argv);
    if (parsed.kind !== "usage_error") return true;
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    return !/[\u0000-\u001f\u007f-\u009f]/.test(parsed.message + (parsed.suggestion ?? ""));
  }));
});
