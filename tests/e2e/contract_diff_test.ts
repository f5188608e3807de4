import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TempProject } from "./support/temp_project.ts";
import { trellis, trellisProcess } from "./support/trellis_command.ts";

const CONTRACT = "contracts/shop.ts";
/** The manifest of {@link CONTRACT}, which is there sooner. */
const MANIFEST = "shop.json";

/** A project whose bundle holds the contract as it was, with one revision, and its digest. */
async function moreHistory(): Promise<{ project: TempProject; cwd: string; digest: string }> {
  const project = await TempProject.shop();
  const cwd = project.dir;
  const built = await trellis(["contract", "build", "--json"], { cwd });
  const [{ digest }] = JSON.parse(built.stdout).contracts;
  await project.edit(CONTRACT, '{ purpose: "Store', '{ history: 9, purpose: "Store');
  const [{ manifest }] = JSON.parse(await project.read(".trellis/manifest.json")).contracts;
  manifest.resources.kv.items.history = 9;
  await project.write(MANIFEST, JSON.stringify(manifest));
  return { project, cwd, digest };
}

Deno.test("diff ends with 0 for no changes, 2 for safe ones, 3 for dangerous ones", async () => {
  const { project, cwd, digest } = await moreHistory();
  await using _ = project;
  const same = await trellis(["contract", "diff", CONTRACT, CONTRACT], { cwd });
  assertEquals([same.code, same.stderr], [0, ""]);
  assertMatch(same.stdout, /\nno changes\n$/);
  const safe = await trellisProcess(["contract", "diff", digest, CONTRACT], { cwd });
  assertEquals([safe.code, safe.stderr], [2, ""]);
  assertStringIncludes(safe.stdout, "kv items history  1 → 9");
  assertMatch(safe.stdout, /\n0 dangerous, 1 safe\n$/);
  const dangerous = await trellis(["contract", "diff", CONTRACT, digest, "--json"], { cwd });
  assertEquals([dangerous.code, dangerous.stderr], [3, ""]);
  const json = JSON.parse(dangerous.stdout);
  assertEquals([json.severity, json.summary], ["dangerous", { dangerous: 1, safe: 0 }]);
  assertEquals([json.new.digest, json.old.file, json.old.contract], [digest, CONTRACT, "shop@v1"]);
  const [change] = json.changes;
  assertEquals([change.code, change.before, change.after], ["kv.history.reduced", 9, 1]);
  assert(change.danger && change.wayOut && change.title);
});

Deno.test("diff compares manifests of files, and writes for other programs", async () => {
  const { project, cwd } = await moreHistory();
  await using _ = project;
  const [{ manifest }] = JSON.parse(await project.read(".trellis/manifest.json")).contracts;
  manifest.resources.kv.items.history = 20;
  await project.write("old.json", JSON.stringify(manifest));
  const diff = (format: string, file = MANIFEST) =>
    trellis(["contract", "diff", "old.json", file, "--format", format], { cwd });
  const github = await diff("github-actions", CONTRACT);
  assertEquals([github.code, github.stderr], [3, ""]);
  assertMatch(
    github.stdout,
    /^::error file=contracts\/shop\.ts,title=shop@v1 kv\.history\.reduced::kv items history: .*\n$/,
  );
  const junit = await diff("junit");
  assertEquals([junit.code, junit.stderr], [3, ""]);
  assertMatch(junit.stdout, /^<\?xml .*<failure type="kv\.history\.reduced"/s);
  const json = await diff("json");
  assertEquals(JSON.parse(json.stdout).summary, { dangerous: 1, safe: 0 });
});

Deno.test("what cannot be compared is a failure, also a wrong command line", async () => {
  const { project, cwd, digest } = await moreHistory();
  await using _ = project;
  const unknown = digest.replace(/^../, digest.startsWith("AA") ? "BB" : "AA");
  const failures: readonly (readonly [words: readonly string[], message: string])[] = [
    [["absent.ts", MANIFEST], "there is no file or directory absent.ts"],
    [[unknown, MANIFEST], `${digest}  shop@v1`],
    [
      [unknown, MANIFEST, "--project", "contracts"],
      "is written by: deno task trellis contract build",
    ],
    [[".trellis/manifest.json", MANIFEST], "is a bundle of contracts"],
    [["deno.json", MANIFEST], "is not a contract manifest"],
    [["handlers/shop.ts", MANIFEST], "handlers/shop.ts"],
    [[CONTRACT], "<new> is missing"],
    [[MANIFEST, MANIFEST, "--format", "xml"], "must be one of"],
  ];
  for (const [words, message] of failures) {
    const answer = await trellis(["contract", "diff", ...words], { cwd });
    assertEquals([answer.code, answer.stdout], [1, ""], words.join(" "));
    assertStringIncludes(answer.stderr, message);
  }
});

Deno.test("diff shows what it does not know as dangerous", async () => {
  const { project, cwd } = await moreHistory();
  await using _ = project;
  const [{ manifest }] = JSON.parse(await project.read(".trellis/manifest.json")).contracts;
  await project.write("old.json", JSON.stringify(manifest));
  manifest.resources.kv.items.compression = "s2";
  manifest.resources.queue = { mail: { purpose: "Sends mail" } };
  manifest.rpc["Shop.Get"].idempotent = true;
  await project.write("new.json", JSON.stringify(manifest));
  const there = await trellis(["contract", "diff", "old.json", "new.json", "--json"], { cwd });
  assertEquals(there.code, 3);
  const changes: { code: string; path: string; op: string }[] = JSON.parse(there.stdout).changes;
  assertEquals(changes.map(({ code, op, path }) => [code, op, path]), [
    ["contract.unknown", "add", "/resources/kv/items/compression"],
    ["contract.unknown", "add", "/resources/queue"],
    ["contract.unknown", "add", "/rpc/Shop.Get/idempotent"],
  ]);
  const back = await trellis(["contract", "diff", "new.json", "old.json"], { cwd });
  assertEquals(back.code, 3);
  assertStringIncludes(back.stdout, "kv items compression");
  assertStringIncludes(back.stdout, "3 dangerous");
});

Deno.test("reports for other programs hold a failure, too", async () => {
  const { project, cwd } = await moreHistory();
  await using _ = project;
  await project.write("broken.json", "{");
  for (
    const [file, message] of [["absent.ts", "there is no file"], ["broken.json", "is not JSON"]]
  ) {
    const words = ["contract", "diff", file ?? "", MANIFEST, "--format"];
    const junit = await trellis([...words, "junit"], { cwd });
    assertEquals(junit.code, 1);
    assertMatch(junit.stdout, /^<\?xml .* errors="1".*<error .*<\/testsuites>\n$/s);
    assertStringIncludes(junit.stdout, message ?? "");
    const github = await trellis([...words, "github-actions"], { cwd });
    assertEquals(github.code, 1);
    assertMatch(github.stdout, /^::error file=[^\n]*\n$/);
    assertStringIncludes(github.stdout, message ?? "");
  }
});

Deno.test("explain says what a code means, what codes there are, and which was meant", async () => {
  const one = await trellis(["explain", "kv.history.reduced"]);
  assertEquals([one.code, one.stderr], [0, ""]);
  for (const part of ["kv.history.reduced  dangerous", "because  ", "danger   ", "to do    "]) {
    assertStringIncludes(one.stdout, part);
  }
  const all = await trellis(["explain"]);
  assertEquals(all.code, 0);
  assert(all.stdout.split("\n").every((line) => line.length <= 80));
  for (const part of ["KV buckets\n", "! store.removed ", "  surface.added "]) {
    assertStringIncludes(all.stdout, part);
  }
  const some = await trellis(["explain", "kv.ttl", "--json"]);
  assertEquals(JSON.parse(some.stdout).map(({ code }: { code: string }) => code), [
    "kv.ttl.increased",
    "kv.ttl.removed",
    "kv.ttl.added",
    "kv.ttl.reduced",
  ]);
  const wrong = await trellis(["explain", "kv.histori.reduced"]);
  assertEquals([wrong.code, wrong.stdout], [4, ""]);
  assertStringIncludes(wrong.stderr, "did you mean kv.history.reduced?");
  const completed = await trellis(["__complete", "bash", "trellis explain kv.hist"]);
  assertEquals(completed.stdout, "texts\nkv.history.increased\nkv.history.reduced\n");
});
