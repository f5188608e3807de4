import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineAgentContract, defineAppContract } from "@qlever-llc/trellis";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { propose, provision } from "../support/deployed.ts";
import { RawState } from "../support/nats/raw_state.ts";
import { shared } from "../support/shared.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { trellisProcess } from "./support/trellis_command.ts";

const schemas = {
  Draft: Type.Object({ title: Type.String({ maxLength: 20 }), words: Type.Integer() }),
  DraftV1: Type.Object({ title: Type.String() }),
  Theme: Type.String(),
};
const head = { id: "notes@v1", displayName: "Notes", description: "Keeps notes." } as const;

const notes = defineAppContract({ schemas }, (ref) => ({
  ...head,
  state: {
    drafts: {
      kind: "map",
      schema: ref.schema("Draft"),
      stateVersion: "v2",
      acceptedVersions: { v1: ref.schema("DraftV1") },
    },
    theme: { kind: "value", schema: ref.schema("Theme") },
  },
}));

const withoutDrafts = defineAppContract({ schemas }, (ref) => ({
  ...head,
  state: { theme: { kind: "value", schema: ref.schema("Theme") } },
}));

const helper = defineAgentContract({ schemas }, (ref) => ({
  ...head,
  id: "helper@v1",
  state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
}));

/** What the project has: nothing that runs. */
const PAGE = `import { defineAgentContract, defineAppContract } from "@qlever-llc/trellis";
export default defineAppContract({}, () => ({
  id: "page@v1",
  displayName: "Page",
  description: "Shows nothing.",
}));
`;

/** A Trellis that lets in two users, for an app that somebody has accepted. */
const start = shared(async () => {
  const project = await TempProject.create({ "contracts/page.ts": PAGE });
  const running = await RunningProject.start(project, { words: ["start"] });
  const messaging = await running.connect();
  const authority = (await openAuthority(messaging.connection)).orThrow();
  for (const contract of [notes, helper]) await provision(authority, contract);
  await messaging.close();
  for (const user of ["ada", "bob"]) await running.trellis(["users", "add", user]);
  return running;
});

const DRAFTS = ["--contract", "notes@v1", "--store", "drafts"];
const THEME = ["--contract", "notes@v1", "--store", "theme"];

/** Runs `trellis state` about somebody. */
async function state(...words: readonly string[]) {
  return await (await start()).trellis(["state", ...words]);
}

const draft = (title: string) => JSON.stringify({ title, words: 1 });

Deno.test("[P71] an admin reads and changes what a user keeps, and nobody else's", async () => {
  const running = await start();
  const put = await state("put", draft("a"), "--user", "ada", ...DRAFTS, "--key", "a/1");
  assertEquals([put.code, put.stderr], [0, ""]);
  assertMatch(put.stdout, /^a\/1 of user:ada has revision \S+\n$/);
  await running.project.write("draft.json", draft("from a file"));
  const file = ["put", "@draft.json", "--user", "ada", ...DRAFTS, "--key", "a/2", "--ttl", "1h"];
  const written = await running.json<{ revision: string; expiresAt: string }>(["state", ...file]);
  assertEquals(Date.parse(written.expiresAt) > Date.now(), true);
  const piped = await trellisProcess(
    ["state", "put", "-", "--user", "bob", ...DRAFTS, "--key", "b"],
    { cwd: running.project.dir, stdin: draft("piped") },
  );
  assertEquals(piped.code, 0, piped.stderr);

  const listed = await state("ls", "--user", "ada", ...DRAFTS);
  assertEquals([listed.code, listed.stderr], [0, ""]);
  assertMatch(
    listed.stdout,
    /^key +revision +written +expires +value\na\/1 +\S+ +.*"a".*\na\/2 +.*in .*"from a file".*\n$/,
  );
  const page = await state("ls", "--user", "ada", ...DRAFTS, "--limit", "1");
  assertEquals(page.stderr, "1 more; --offset 1\n");
  const below = await running.json<{ count: number }>(
    ["state", "ls", "--user", "ada", ...DRAFTS, "--prefix", "a", "--limit", "0"],
  );
  assertEquals(below.count, 2);
  const got = await state("get", "--user", "ada", ...DRAFTS, "--key", "a/1");
  assertEquals([got.code, JSON.parse(got.stdout)], [0, JSON.parse(draft("a"))]);
  // By id as well, which is what requests name.
  const users = await running.json<{ id: string; name: string }[]>(["users", "list"]);
  const id = users.find(({ name }) => name === "ada")?.id ?? "";
  assertEquals((await state("get", "--user", id, ...DRAFTS, "--key", "a/1")).stdout, got.stdout);

  const removed = await state("rm", "--user", "ada", ...DRAFTS, "--key", "a/2");
  assertEquals([removed.code, removed.stdout], [0, "removed a/2 of user:ada\n"]);
  assertEquals((await state("rm", "--user", "ada", ...DRAFTS, "--key", "a/2")).code, 4);
  assertEquals((await state("get", "--user", "ada", ...DRAFTS, "--key", "b")).code, 4);
});

Deno.test("[P72] what an agent keeps is its own, and not that of a user with its name", async () => {
  const running = await start();
  const { code, stderr } = await running.trellis(["agents", "add", "ada", "--contract", helper.id]);
  assertEquals(code, 0, stderr);
  const place = ["--contract", helper.id, "--store", "drafts"];
  const put = await state("put", draft("agent"), "--agent", "ada", ...place, "--key", "k");
  assertEquals([put.code, put.stderr], [0, ""]);
  assertStringIncludes(put.stdout, "k of agent:ada has revision");
  const count = async (kind: string) =>
    (await running.json<{ count: number }>(["state", "ls", kind, "ada", ...place])).count;
  assertEquals([await count("--agent"), await count("--user")], [1, 0]);
  const unknown = await state("ls", "--agent", "adda", ...place);
  assertEquals(unknown.code, 4);
  assertStringIncludes(unknown.stderr, "did you mean ada?");
});

Deno.test("a store of one value takes no key, and is listed as one", async () => {
  const theme = ["--user", "ada", ...THEME];
  assertEquals((await state("get", ...theme)).code, 4);
  assertEquals((await state("put", '"dark"', ...theme, "--create")).code, 0);
  const again = await state("put", '"light"', ...theme, "--create");
  assertEquals([again.code, again.stdout], [6, ""]);
  assertMatch(again.stderr, /nothing was written: theme of user:ada has revision/);
  const got = await (await start()).json<{ entry: { value: string; revision: string } }>(
    ["state", "get", ...theme],
  );
  assertEquals(got.entry.value, "dark");
  const stale = await state("put", '"light"', ...theme, "--expected-revision", "0");
  assertEquals(stale.code, 6);
  const { revision } = got.entry;
  assertEquals(
    (await state("put", '"light"', ...theme, "--expected-revision", revision)).code,
    0,
  );
  assertMatch((await state("ls", ...theme)).stdout, /^revision +written +value\n.*"light"\n$/);
  assertEquals((await state("rm", ...theme, "--expected-revision", revision)).code, 6);
  assertEquals((await state("rm", ...theme)).code, 0);
});

Deno.test("what is meant and is not there is told, with what was probably meant", async () => {
  const drafts = ["--key", "x", ...DRAFTS];
  const cases: readonly (readonly [readonly string[], number, string, string])[] = [
    [["get", ...drafts], 2, "usage", "--user, --device and --agent"],
    [["get", "--user", "ada", "--agent", "a", ...drafts], 2, "usage", "--user, --agent"],
    [["get", "--user", "adaa", ...drafts], 4, "user_not_found", "did you mean ada?"],
    [["get", "--device", "wall", ...drafts], 4, "not_found", "there is no device wall"],
    [
      ["get", "--user", "ada", "--contract", "note@v1", "--store", "drafts", "--key", "x"],
      4,
      "no_contract",
      "did you mean notes@v1?",
    ],
    [
      ["get", "--user", "ada", "--contract", "notes@v1", "--store", "draft", "--key", "x"],
      4,
      "store_undeclared",
      "did you mean drafts?",
    ],
    [["get", "--user", "ada", ...DRAFTS], 1, "wrong_kind", "name it with --key"],
    [["get", "--user", "ada", ...THEME, "--key", "x"], 1, "wrong_kind", "leave out --key"],
    [["put", '{"title":1}', "--user", "ada", ...drafts], 1, "invalid_value", "/title"],
    [
      ["put", "{}", "--user", "ada", ...drafts, "--create", "--expected-revision", "1"],
      2,
      "usage",
      "",
    ],
  ];
  for (const [words, exit, code, part] of cases) {
    const answer = await state(...words, "--json");
    assertEquals([answer.code, answer.stdout], [exit, ""], words.join(" "));
    const { error } = JSON.parse(answer.stderr);
    assertEquals(error.code, code, words.join(" "));
    assertStringIncludes(`${error.message} ${error.hint}`, part);
  }
  const misfit = await state("put", '{"title":1}', "--user", "ada", ...drafts);
  for (const part of ["/title must be string", "/words is required"]) {
    assertStringIncludes(misfit.stderr, part);
  }
});

Deno.test("what is kept in a store that is declared no more is listed, read and removed by its name", async () => {
  const running = await start();
  const users = await running.json<{ id: string; name: string }[]>(["users", "list"]);
  const id = users.find(({ name }) => name === "ada")?.id ?? "";
  const connection = await running.connect();
  const raw = new RawState(connection.connection);
  const principal = { kind: "user", id } as const;
  const old = { principal, contract: "notes@v1", store: "old" };
  await raw.putEntry(old, "k", { value: { title: "kept" } });
  await connection.close();
  const names = ["--user", "ada", "--contract", "notes@v1", "--store", "old"];
  const listed = await state("ls", ...names);
  assertEquals(listed.code, 0);
  assertMatch(listed.stdout, /^key +revision +written +value\nk .*kept/);
  assertStringIncludes(listed.stderr, "notes@v1 no longer declares old");
  const got = await state("get", ...names, "--key", "k");
  assertEquals(JSON.parse(got.stdout), { title: "kept" });
  assertEquals((await state("put", '{"title":"new"}', ...names, "--key", "k")).code, 4);
  assertEquals((await state("rm", ...names, "--key", "k")).code, 0);
  const none = await state("ls", ...names);
  assertEquals([none.code, none.stdout], [4, ""]);
});

Deno.test("entries that the contract cannot read are listed as what they are, and can be removed", async () => {
  const running = await start();
  const users = await running.json<{ id: string; name: string }[]>(["users", "list"]);
  const id = users.find(({ name }) => name === "bob")?.id ?? "";
  const connection = await running.connect();
  const raw = new RawState(connection.connection);
  const bob = { contract: "notes@v1", store: "drafts", principal: { kind: "user", id } } as const;
  await raw.putEntry(bob, "current", { value: { title: "c", words: 2 }, stateVersion: "v2" });
  await raw.putEntry(bob, "old", { value: { title: "o" }, stateVersion: "v1" });
  await raw.putEntry(bob, "unknown", { value: {}, stateVersion: "v0" });
  await raw.putEntry(bob, "unstamped", { value: {}, stateVersion: undefined });
  await raw.putEntry(bob, "misfit", { value: {}, stateVersion: "v2" });
  await raw.put(bob, "damaged", "no json");
  await connection.close();

  const { code, stdout, stderr } = await state("ls", "--user", "bob", ...DRAFTS);
  assertEquals([code, stderr], [0, ""]);
  const said = {
    current: '{"title":"c","words":2}',
    damaged: "damaged",
    misfit: "does not fit the schema of version v2",
    old: "v1, to be migrated to v2",
    unknown: "of version v0, which the contract does not accept",
    unstamped: "does not say which version wrote it",
  };
  for (const [key, text] of Object.entries(said)) {
    const line = stdout.split("\n").find((line) => line.startsWith(key)) ?? stdout;
    assertStringIncludes(line, text);
  }
  const migration = await state("get", "--user", "bob", ...DRAFTS, "--key", "old");
  assertEquals(migration.stderr, "it is of version v1, to be migrated to v2\n");
  const unknown = await state("get", "--user", "bob", ...DRAFTS, "--key", "unknown");
  assertEquals(unknown.code, 1);
  for (const key of Object.keys(said)) {
    const removed = await state("rm", "--user", "bob", ...DRAFTS, "--key", key);
    assertEquals([removed.code, removed.stdout], [0, `removed ${key} of user:bob\n`], key);
  }
});

Deno.test("what a removed user left is found by their id, and nothing is added to it", async () => {
  const { id } = await (await start()).json<{ id: string }>(["users", "add", "eve"]);
  const eve = ["--user", "eve", ...THEME];
  assertEquals((await state("put", '"dark"', ...eve)).code, 0);
  const removed = await (await start()).trellis(["users", "remove", "eve", "--yes"]);
  assertEquals(removed.code, 0, removed.stderr);
  const deletion = `state rm --user ${id} --contract notes@v1 --store theme deletes it`;
  assertStringIncludes(removed.stderr, deletion);
  assertEquals((await state("get", ...eve)).code, 4);
  const left = ["--user", id, ...THEME];
  const got = await state("get", ...left);
  assertEquals([got.code, got.stdout], [0, '"dark"\n']);
  assertStringIncludes(got.stderr, "what a removed user left is meant");
  assertEquals((await state("put", '"light"', ...left)).code, 4);
  assertEquals((await state("rm", ...left)).code, 0);
});

Deno.test("a plan names the users whose entries a change of state concerns", async () => {
  const running = await start();
  const add = ["state", "put", draft("planned"), "--user", "ada", ...DRAFTS, "--key", "planned"];
  const { revision } = await running.json<{ revision: string }>(add);
  const messaging = await running.connect();
  const { plan } = await propose(
    (await openAuthority(messaging.connection)).orThrow(),
    withoutDrafts,
  );
  await messaging.close();
  const show = ["svc", "notes", "authority", "plan", "show", plan.id];
  const shown = await running.trellis(show);
  assertEquals(shown.code, 0, shown.stderr);
  assertMatch(shown.stdout, /state drafts +state\.removed/);
  assertMatch(shown.stdout, /\d entr(y|ies) of \d users? \(.*\) in drafts would be out of reach/);
  assertMatch(shown.stdout, /of user:ada \([0-9a-z]{26}\)/);
  const json = await running.json<{ changes: { impact?: { holders: number } }[] }>(show);
  const [removed] = json.changes;
  assert((removed?.impact?.holders ?? 0) > 0 && json.changes.length === 1);
  const gone = [...DRAFTS, "--key", "planned", "--expected-revision", revision];
  assertEquals((await state("rm", "--user", "ada", ...gone)).code, 0);
});

Deno.test("users, contracts, stores and keys are completed", async () => {
  const running = await start();
  await state("put", draft("x"), "--user", "ada", ...DRAFTS, "--key", "completed");
  const complete = async (line: string) => {
    const { stdout } = await running.trellis(["__complete", "bash", `trellis state get ${line}`]);
    return stdout.split("\n").filter((text) => text !== "").slice(1);
  };
  assertEquals(await complete("--user a"), ["ada"]);
  assertEquals(await complete("--contract "), ["helper@v1", "notes@v1"]);
  assertEquals(await complete("--contract notes@v1 --store "), ["drafts", "theme"]);
  assertEquals(
    await complete(`--user ada ${DRAFTS.join(" ")} --key com`),
    ["completed"],
  );
});
