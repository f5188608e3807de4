import { assertEquals } from "@std/assert";
import { argument, defineCommand, option } from "../command_line/command_spec.ts";
import { commandTable } from "../command_line/command_table.ts";
import { type LookUp, text, type ValueRequest } from "../command_line/value_type.ts";
import { COMMANDS } from "../commands/commands.ts";
import { EXIT_CODE } from "../program/exit_code.ts";
import { candidates } from "./candidates.ts";

/** The texts that can stand behind a line; the last word is the unfinished one. */
async function texts(line: string, table = COMMANDS): Promise<readonly string[]> {
  const found = await candidates(line.split(" "), table, {
    NATS_URL: "nats://environment",
    localPort: 0,
  });
  return found.map((candidate) =>
    candidate.kind === "text" ? candidate.text : `<${candidate.type}>`
  );
}

/** A table in which everything that is looked up is looked up here. */
function tableWith(lookUp: LookUp) {
  const run = () => Promise.resolve(EXIT_CODE.ok);
  const named = (name: string) => argument(name, text(name, lookUp), name);
  const commands = [
    defineCommand({
      path: ["svc", named("deployment"), "show"],
      summary: "Show",
      example: "trellis svc a show",
      run,
    }),
    defineCommand({
      path: ["kv", "get", named("service"), named("alias"), named("key")],
      summary: "Get",
      example: "trellis kv get a b c",
      run,
    }),
    defineCommand({
      path: ["state", "ls"],
      summary: "List",
      options: {
        contractId: option(text("contract", lookUp), "contract"),
        store: option(text("store", lookUp), "store"),
      },
      example: "trellis state ls",
      run,
    }),
  ];
  return commandTable([{ title: "All", prefix: "", commands }]);
}

Deno.test("words of commands are offered as far as they fit", async () => {
  assertEquals(await texts("st"), ["start", "status", "store", "state"]);
  assertEquals(await texts("kv "), ["ls", "get", "put", "rm", "history", "watch"]);
  assertEquals(await texts("svc orders authority plan "), ["list", "show"]);
  assertEquals(await texts("nonsense "), []);
});

Deno.test("values that only a running system knows are looked up with what is known", async () => {
  const requests: ValueRequest[] = [];
  const table = tableWith((request) => {
    requests.push(request);
    return Promise.resolve(["orders", "other"]);
  });
  assertEquals(await texts("svc or", table), ["orders"]);
  assertEquals(await texts("--nats nats://a kv get orders cache --project p ", table), [
    "orders",
    "other",
  ]);
  assertEquals(requests, [
    { prefix: "or", given: {}, nats: "nats://environment", localPort: 0, project: "." },
    {
      prefix: "",
      given: { service: "orders", alias: "cache" },
      nats: "nats://a",
      localPort: 0,
      project: "p",
    },
  ]);
});

Deno.test("a value of an option is looked up with the command's other options", async () => {
  const given: ValueRequest["given"][] = [];
  const table = tableWith((request) => {
    given.push(request.given);
    return Promise.resolve(["drafts"]);
  });
  const line = "state ls --quiet --contract-id notes@v1 --store ";
  assertEquals(await texts(line, table), ["drafts"]);
  assertEquals(await texts("--project p state ls --store=", table), ["--store=drafts"]);
  assertEquals(given, [{ contractId: "notes@v1" }, {}]);
});

Deno.test("a value that would be read as an option is offered behind -- alone", async () => {
  const table = tableWith(() => Promise.resolve(["--json", "a"]));
  assertEquals(await texts("kv get s b ", table), ["a"]);
  assertEquals(await texts("kv get s b -- ", table), ["--json", "a"]);
});

Deno.test("a look-up that fails offers nothing and says nothing", async () => {
  const table = tableWith(() => Promise.reject(new Error("no server")));
  assertEquals(await texts("svc ", table), []);
});

Deno.test("options are offered once, and only those of the command", async () => {
  assertEquals(await texts("dev --re"), ["--review"]);
  assertEquals(await texts("dev --review --re"), []);
  assertEquals(await texts("kv ls o a --o"), ["--offset"]);
  assertEquals(await texts("status --o"), []);
  assertEquals(await texts("dev -- --re"), ["<directory>"]);
});

Deno.test("values of options are offered behind them, and behind an equals sign", async () => {
  assertEquals(await texts("svc o authority plan list --state "), [
    "pending",
    "accepted",
    "rejected",
    "superseded",
    "all",
  ]);
  assertEquals(await texts("svc o authority plan list --state=re"), ["--state=rejected"]);
  assertEquals(await texts("status --project "), ["<directory>"]);
  assertEquals(await texts("status --nats "), []);
});

Deno.test("paths are left to the shell", async () => {
  assertEquals(await texts("contract digest con"), ["<file>"]);
  assertEquals(await texts("contract check a b "), ["<any>"]);
  assertEquals(await texts("contract digest a "), []);
});
