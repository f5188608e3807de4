import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { COMMANDS } from "../commands/commands.ts";
import type { GlobalOptions } from "../program/global_options.ts";
import { parseCommandLine } from "./parse_command_line.ts";
import { anyText } from "../../tests/support/random/any_text.ts";

const GLOBALS: GlobalOptions = {
  json: false,
  nats: undefined,
  project: ".",
  domain: undefined,
  noColor: false,
  quiet: false,
};

function understood(argv: readonly string[], environment = {}) {
  const parsed = parseCommandLine(argv, COMMANDS, environment);
  if (parsed.kind !== "command") throw new Error(`${parsed.kind}: ${JSON.stringify(parsed)}`);
  return parsed;
}

/** The words of the command, and the values that it runs with. */
function command(argv: readonly string[]): readonly [words: string, values: unknown] {
  const { command: { path }, values } = understood(argv);
  return [path.filter((step) => typeof step === "string").join(" "), values];
}

function globals(argv: readonly string[], environment = {}): GlobalOptions {
  return understood(argv, environment).globals;
}

const decision = { deployment: "orders", planId: "P1", expectedDesiredVersion: undefined };

const CASES: readonly (readonly [line: string, words: string, values: unknown])[] = [
  ["init orders", "init", { dir: "orders", yes: false, name: undefined }],
  ["init orders --yes --name shop", "init", { dir: "orders", yes: true, name: "shop" }],
  ["dev", "dev", {
    dir: undefined,
    review: false,
    wait: undefined,
    origin: [],
    portalPort: undefined,
    consolePort: undefined,
    noConsole: false,
    websocketUrl: undefined,
    noWatch: false,
    noTypes: false,
  }],
  ["dev shop --review --no-watch", "dev", {
    dir: "shop",
    review: true,
    wait: undefined,
    origin: [],
    portalPort: undefined,
    consolePort: undefined,
    noConsole: false,
    websocketUrl: undefined,
    noWatch: true,
    noTypes: false,
  }],
  ["dev --no-types", "dev", {
    dir: undefined,
    review: false,
    wait: undefined,
    origin: [],
    portalPort: undefined,
    consolePort: undefined,
    noConsole: false,
    websocketUrl: undefined,
    noWatch: false,
    noTypes: true,
  }],
  ["dev --project shop", "dev", {
    dir: undefined,
    review: false,
    wait: undefined,
    origin: [],
    portalPort: undefined,
    consolePort: undefined,
    noConsole: false,
    websocketUrl: undefined,
    noWatch: false,
    noTypes: false,
  }],
  ["start shop --review --wait 2m --portal-port 8080", "start", {
    dir: "shop",
    review: true,
    wait: 120_000,
    origin: [],
    portalPort: 8080,
    consolePort: undefined,
    noConsole: false,
    portalUrl: undefined,
    websocketUrl: undefined,
    healthPort: undefined,
    healthHost: undefined,
    drain: undefined,
    instances: 1,
    servicesOnly: false,
    seeds: undefined,
    logFormat: undefined,
  }],
  ["status", "status", {}],
  ["contract check", "contract check", { paths: [], noTypes: false }],
  ["contract check a b.ts --no-types", "contract check", { paths: ["a", "b.ts"], noTypes: true }],
  ["contract build", "contract build", { dir: undefined, out: undefined }],
  ["contract build shop --out m.json", "contract build", { dir: "shop", out: "m.json" }],
  ["contract digest a.ts", "contract digest", { file: "a.ts" }],
  ["contract canonical a.json", "contract canonical", { file: "a.json" }],
  [
    "svc orders authority plan list",
    "svc authority plan list",
    { deployment: "orders", state: "pending" },
  ],
  [
    "svc orders authority plan list --state all",
    "svc authority plan list",
    { deployment: "orders", state: "all" },
  ],
  [
    "svc orders authority plan show P1",
    "svc authority plan show",
    { deployment: "orders", planId: "P1", scan: false, replay: false },
  ],
  [
    "svc orders authority accept-update P1",
    "svc authority accept-update",
    { ...decision, reason: undefined },
  ],
  [
    "svc orders authority accept-update P1 --expected-desired-version 7 --reason fine",
    "svc authority accept-update",
    { ...decision, expectedDesiredVersion: 7, reason: "fine" },
  ],
  [
    "svc orders authority accept-migration P1 --acknowledgement backup",
    "svc authority accept-migration",
    { ...decision, acknowledgement: "backup", deleteData: undefined },
  ],
  [
    "svc orders authority reject P1 --reason=no --expected-desired-version=0",
    "svc authority reject",
    { ...decision, expectedDesiredVersion: 0, reason: "no" },
  ],
  ["svc orders authority reconcile", "svc authority reconcile", { deployment: "orders" }],
  ["svc orders authority show", "svc authority show", { deployment: "orders" }],
  ["svc orders authority history", "svc authority history", { deployment: "orders" }],
  [
    "svc orders authority plan show P1 --scan",
    "svc authority plan show",
    { deployment: "orders", planId: "P1", scan: true, replay: false },
  ],
  [
    "svc orders authority accept-migration P1 --acknowledgement a --delete-data kv/a,store/b",
    "svc authority accept-migration",
    { ...decision, acknowledgement: "a", deleteData: ["kv/a", "store/b"] },
  ],
  [
    "svc orders authority rollback 3",
    "svc authority rollback",
    { deployment: "orders", version: 3 },
  ],
  [
    "svc orders authority delete-data kv/orders",
    "svc authority delete-data",
    { deployment: "orders", resource: "kv/orders" },
  ],
  [
    "svc orders authority verify --head H,I",
    "svc authority verify",
    { deployment: "orders", head: ["H", "I"], trust: undefined },
  ],
  ["audit --since 2h --by ada --kind grant", "audit", {
    since: 7_200_000,
    by: "ada",
    kind: "grant",
    follow: false,
  }],
  ["authority verify", "authority verify", { head: undefined, trust: undefined }],
  ["call Orders.Create", "call", {
    rpc: "Orders.Create",
    input: undefined,
    timeout: undefined,
    as: undefined,
    contract: undefined,
  }],
  ['call Orders.Create {"a":[1]} --timeout 250', "call", {
    rpc: "Orders.Create",
    input: { from: "argument", value: { a: [1] } },
    timeout: 250,
    as: undefined,
    contract: undefined,
  }],
  ["kv ls orders cache", "kv ls", {
    service: "orders",
    alias: "cache",
    filter: undefined,
    limit: 100,
    offset: 0,
  }],
  ["kv ls orders cache --filter a.> --limit 0 --offset 20", "kv ls", {
    service: "orders",
    alias: "cache",
    filter: "a.>",
    limit: 0,
    offset: 20,
  }],
  ["kv get orders cache k", "kv get", {
    service: "orders",
    alias: "cache",
    key: "k",
    raw: false,
  }],
  ["kv rm orders cache k --expected-revision 3", "kv rm", {
    service: "orders",
    alias: "cache",
    key: "k",
    expectedRevision: "3",
  }],
  ["kv history orders cache k", "kv history", { service: "orders", alias: "cache", key: "k" }],
  ["kv put orders cache k @v.json --expected-revision 12", "kv put", {
    service: "orders",
    alias: "cache",
    key: "k",
    value: { from: "file", path: "v.json" },
    expectedRevision: "12",
  }],
  ["kv watch orders cache --filter a", "kv watch", {
    service: "orders",
    alias: "cache",
    filter: "a",
  }],
  ["completion zsh", "completion", { shell: "zsh" }],
];

for (const [line, words, values] of CASES) {
  Deno.test(`trellis ${line}`, () => assertEquals(command(line.split(" ")), [words, values]));
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

Deno.test("a domain goes with every address of the server that is named", () => {
  const words = ["status", "--nats", "nats://a,nats://b", "--domain", "hub"];
  assertEquals(globals(words).nats, "nats://a?domain=hub,nats://b?domain=hub");
  const environment = { NATS_URL: "nats://e", NATS_DOMAIN: "hub" };
  assertEquals(globals(["status"], environment).nats, "nats://e?domain=hub");
  assertEquals(globals(["status"], { NATS_DOMAIN: "hub" }).nats, undefined);
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
  assertEquals(command(["svc", "authority", "authority", "show"]), [
    "svc authority show",
    { deployment: "authority" },
  ]);
});

function value(...argv: readonly string[]): unknown {
  const { key, value } = understood(["kv", "put", "s", "a", ...argv]).values;
  return [key, value];
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
  assertEquals(command(["svc", "o", "authority", "reject", "P", `--reason=${long}`]), [
    "svc authority reject",
    { deployment: "o", planId: "P", reason: long, expectedDesiredVersion: undefined },
  ]);
});

Deno.test("a value may contain = and may look like a short option", () => {
  const { values } = understood(["svc", "o", "authority", "reject", "P", "--reason", "-a=b"]);
  assertEquals(values.reason, "-a=b");
});

Deno.test("help and version win over everything else on the line", () => {
  assertEquals(parseCommandLine([], COMMANDS).kind, "help");
  assertEquals(parseCommandLine(["help"], COMMANDS).kind, "help");
  assertEquals(parseCommandLine(["help", "kv", "put"], COMMANDS).kind, "help");
  assertEquals(parseCommandLine(["kv", "put", "--bogus", "-h"], COMMANDS).kind, "help");
  assertEquals(parseCommandLine(["--version"], COMMANDS), { kind: "version" });
  assertEquals(parseCommandLine(["status", "-V"], COMMANDS), { kind: "version" });
  const named = parseCommandLine(["svc", "orders", "authority", "reject", "--help"], COMMANDS);
  const unnamed = parseCommandLine(["help", "svc", "authority", "reject"], COMMANDS);
  assertEquals(named, unnamed);
});

Deno.test("any words give an answer, and no complaint moves a cursor", () => {
  const word = fc.oneof(
    anyText(),
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
    const parsed = parseCommandLine(argv, COMMANDS);
    if (parsed.kind !== "usage_error") return true;
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    return !/[\u0000-\u001f\u007f-\u009f]/.test(parsed.message + (parsed.suggestion ?? ""));
  }));
});
