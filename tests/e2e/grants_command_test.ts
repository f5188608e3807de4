import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { startTrellisCommand } from "./support/trellis_command.ts";

const CONTRACT = `import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

export default defineServiceContract({ schemas: { Id: Type.Object({}) } }, (ref) => ({
  id: "orders-service@v1",
  displayName: "Orders",
  description: "Keeps orders.",
  capabilities: {
    "orders.read": { displayName: "Read orders", description: "Sees all orders." },
    "orders.refund": { displayName: "Refund", description: "Gives money back." },
  },
  rpc: {
    "Orders.Refund": {
      version: "v1",
      input: ref.schema("Id"),
      output: ref.schema("Id"),
      capabilities: { call: ["orders.refund", "orders.raed"] },
    },
  },
}));
`;

const start = shared(async () =>
  await RunningProject.start(await TempProject.create({ "contracts/orders.ts": CONTRACT }), {
    words: ["start"],
  })
);

Deno.test("capabilities are given by themselves and by groups, taken again, and every change is kept", async () => {
  const running = await start();
  const run = (...words: readonly string[]) => running.trellis(["grants", ...words]);

  const added = await run("add", "user:ada", "orders.refund");
  assertEquals(added.code, 0, added.stderr);
  assertStringIncludes(added.stdout, "user:ada now holds orders-service::orders.refund");
  assertEquals(
    (await run("add", "user:ada", "orders.refund")).stdout,
    added.stdout.replace(/now holds (.*)/, "held $1 already"),
  );

  const unknown = await run("add", "user:ada", "orders.raed");
  assertEquals(unknown.code, 4);
  assertStringIncludes(unknown.stderr, "no accepted contract declares the capability orders.raed");
  const early = await run("add", "group:support", "orders.read", "later::x");
  assertEquals(early.code, 0);
  assertStringIncludes(early.stderr, "warning: no accepted contract declares later::x yet");
  assertEquals((await run("add", "user:ada", "group:none")).code, 4);
  assertEquals((await run("add", "user:ada", "group:support")).code, 0);
  for (const holder of ["ada", "user:*", "user:a.b", "admin:ada"]) {
    assertEquals((await run("add", holder, "orders.read")).code, 2, holder);
  }

  const one = await running.json<{ capabilities: string[]; changes: { by: string; at: string }[] }>(
    ["grants", "list", "user:ada"],
  );
  assertEquals(one.capabilities, [
    "later::x",
    "orders-service::orders.read",
    "orders-service::orders.refund",
  ]);
  assertEquals(one.changes.length, 2);
  assert(one.changes.every(({ by, at }) => by !== "" && Date.parse(at) > 0));
  const all = await run("list");
  assertMatch(all.stdout, /^group:support +later::x$/m);
  assertMatch(all.stdout, /^user:ada +group:support$/m);

  const removed = await run("remove", "user:ada", "orders.refund");
  assertEquals(removed.code, 0, removed.stderr);
  assertEquals((await run("remove", "user:ada", "orders.refund")).code, 4);
  const text = (await run("list", "user:ada")).stdout;
  assertMatch(text, /orders-service::orders\.read +through group:support$/m);
  assert(!/^ +orders-service::orders\.refund/m.test(text), text);

  const checked = await running.trellis(["contract", "check", "--no-types"]);
  assertEquals(checked.code, 0);
  assertStringIncludes(checked.stderr, "orders-service@v1 asks for orders.raed");
});

Deno.test("whoever follows the audit sees each thing once, when it happens, and only what they ask for", async () => {
  const running = await start();
  await using following = startTrellisCommand(
    ["audit", "--follow", "--kind", "grant", "--json"],
    { cwd: running.project.dir },
  );
  const told = () =>
    following.stdout.split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { kind: string; subject: string; text: string })
      .filter(({ subject }) => subject === "user:vera");
  const change = (action: "add" | "remove") =>
    running.trellis(["grants", action, "user:vera", "orders.read"]);
  assertEquals((await change("add")).code, 0);
  await until(() => told().length === 1, "the first is told");
  assertEquals((await running.trellis(["users", "add", "vera-2"])).code, 0);
  assertEquals((await change("remove")).code, 0);
  await until(() => told().length > 1, "the second is told");
  const key = "orders-service::orders.read";
  assertEquals(told().map(({ kind, text }) => [kind, text]), [
    ["grant.changed", `+${key}`],
    ["grant.changed", `-${key}`],
  ]);
  following.signal();
  assertEquals(await following.ended(), 130);
});

Deno.test("users are added, listed, granted to by name, and disabled", async () => {
  const running = await start();
  const run = (words: readonly string[], stdin = "") => running.trellis(words, { stdin });
  const added = await run(
    ["users", "add", "mia", "--display", "Mia M", "--password-stdin"],
    "four small words\n",
  );
  assertEquals([added.code, added.stdout], [0, "added mia\n"], added.stderr);
  assertEquals((await run(["users", "add", "mia", "--password-stdin"], "x".repeat(10))).code, 6);
  const short = await run(["users", "add", "bob", "--password-stdin"], "short");
  assertEquals([short.code, short.stderr.includes("is too short")], [1, true]);
  assertEquals((await run(["users", "add", "bob", "--password-prompt"])).code, 2);

  const { stdout: link } = await run(["users", "add", "tom"]);
  const page = await fetch(link.trim());
  assertEquals([page.status, (await page.text()).includes("tom")], [200, true]);

  const [mia] = await running.json<readonly { id: string; state: string }[]>(["users", "list"]);
  assertEquals(mia?.state, "enabled");
  const { stdout } = await run(["users", "list", "--json"]);
  assert(!stdout.includes("scrypt") && !stdout.includes("hash"), stdout);
  assertMatch(
    (await run(["users", "list"])).stdout,
    /^mia +Mia M +\S{26} +what is granted +enabled$/m,
  );

  const granted = await run(["grants", "add", "user:Mia", "orders.read"]);
  assertStringIncludes(granted.stdout, `user:mia (${mia?.id}) now holds`);
  assertStringIncludes((await run(["grants", "list"])).stdout, `user:mia (${mia?.id})`);
  assertEquals((await run(["grants", "add", "user:зоя", "orders.read"])).code, 4);
  assertEquals((await run(["sessions", "revoke", "user:mia"])).code, 4);

  const reset = await run(
    ["users", "reset-password", "mia", "--password-stdin"],
    "other small words",
  );
  assertEquals([reset.code, reset.stdout], [0, "mia has another password\n"], reset.stderr);
  const disabled = await run(["users", "disable", "mia"]);
  assertEquals([disabled.code, disabled.stdout], [0, "disabled mia\n"]);
  assertStringIncludes(disabled.stderr, "this shuts out mia, until trellis users enable mia");
  assertEquals((await run(["users", "enable", "nobody"])).code, 4);
  assertEquals((await run(["users", "enable", "mia"])).stdout, "enabled mia\n");
  const completed = await run(["__complete", "bash", "trellis users disable "]);
  assertStringIncludes(completed.stdout, "mia");

  const given = await run(["users", "admin", "give", "mia"]);
  assertEquals([given.code, given.stdout], [0, "mia is an admin\n"], given.stderr);
  assertMatch((await run(["users", "list"])).stdout, /^mia .* everything +enabled$/m);
  const last = await run(["users", "admin", "take", "mia"]);
  assertEquals([last.code, last.stderr.includes("the last admin")], [1, true], last.stderr);
  assertEquals((await run(["users", "remove", "mia", "--yes"])).code, 1);
  assertEquals((await run(["users", "rename", "mia", "tom"])).code, 6);
  assertEquals((await run(["users", "rename", "mia", "a.b"])).code, 1);
  const renamed = await run(["users", "rename", "mia", "mia-m"]);
  assertEquals([renamed.code, renamed.stdout], [0, "mia is mia-m from now on\n"]);
  assertStringIncludes((await run(["grants", "list"])).stdout, `user:mia-m (${mia?.id})`);

  await run(["grants", "add", "user:tom", "orders.read"]);
  const asked = await run(["users", "remove", "tom"]);
  assertEquals([asked.code, asked.stdout], [2, ""]);
  for (const said of ["for good", "::orders.read", "audit history stays", "--yes"]) {
    assertStringIncludes(asked.stderr, said);
  }
  const removed = await run(["users", "remove", "tom", "--yes"]);
  assertEquals([removed.code, removed.stdout], [0, "removed tom\n"], removed.stderr);
  assertEquals((await run(["users", "enable", "tom"])).code, 4);
  assert(!(await run(["grants", "list"])).stdout.includes("user:tom"));
  assertEquals((await run(["authority", "verify"])).code, 0);
  const audit = (await run(["audit", "--kind", "user"])).stdout;
  for (const told of ["mia renamed to mia-m", "mia admin given"]) {
    assertStringIncludes(audit, told);
  }
  assertMatch(audit, /^user.removed /m);
  for (const kind of ["added", "changed", "disabled", "enabled"]) {
    assertStringIncludes(audit, `user.${kind}  user:${mia?.id}`);
  }
});
