import { assertEquals } from "@std/assert";
import { candidates, type CompleteValue, type ValueRequest } from "./candidates.ts";

const nothing: CompleteValue = () => Promise.resolve([]);

/** The texts that can stand behind a line; the last word is the unfinished one. */
async function texts(line: string, complete: CompleteValue = nothing): Promise<readonly string[]> {
  const found = await candidates(line.split(" "), complete);
  return found.map((one) => one.kind === "text" ? one.text : `<${one.type}>`);
}

Deno.test("words of commands are offered as far as they fit", async () => {
  assertEquals(await texts("st"), ["start", "status", "store"]);
  assertEquals(await texts("kv "), ["ls", "get", "put", "watch"]);
  assertEquals(await texts("svc orders authority plan "), ["list", "show"]);
  assertEquals(await texts("nonsense "), []);
});

Deno.test("values that only a running system knows are asked for, with what is known", async () => {
  const asked: ValueRequest[] = [];
  const complete: CompleteValue = (request) => {
    asked.push(request);
    return Promise.resolve(["orders", "other", "or\u001bder"]);
  };
  assertEquals(await texts("svc or", complete), ["orders"]);
  assertEquals(await texts("--nats nats://a kv get orders cache --project p ", complete), [
    "orders",
    "other",
  ]);
  assertEquals(asked, [
    { what: "deployment", prefix: "or", given: {}, nats: undefined, project: "." },
    {
      what: "key",
      prefix: "",
      given: { service: "orders", alias: "cache" },
      nats: "nats://a",
      project: "p",
    },
  ]);
});

Deno.test("a lookup that fails offers nothing and says nothing", async () => {
  assertEquals(await texts("svc ", () => Promise.reject(new Error("no server"))), []);
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
