import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { shared } from "../support/shared.ts";
import { deno, trellis, trellisArguments } from "./support/trellis_command.ts";
import { TempProject } from "./support/temp_project.ts";

const CONTRACT = "contracts/shop.ts";

/** A repository whose project changed twice: in a commit, and in the working directory. */
const repository = shared(async () => {
  const project = await TempProject.shop();
  const git = async (...args: readonly string[]) => {
    const identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"];
    const { success, stderr } = await new Deno.Command("git", {
      args: [...identity, ...args],
      cwd: project.dir,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  await git("init", "--quiet", "--initial-branch=main");
  // As many do: what the contract imports is behind the import map, at first.
  const configuration = JSON.parse(await project.read("deno.json"));
  configuration.imports["~/"] = "./";
  await project.write("deno.json", JSON.stringify(configuration));
  await project.edit(CONTRACT, '"../schemas.ts"', '"~/schemas.ts"');
  await git("add", ".");
  await git("commit", "--quiet", "--message=as it was");
  await git("tag", "first");
  await project.edit(CONTRACT, '"~/schemas.ts"', '"../schemas.ts"');
  await project.edit(CONTRACT, '{ purpose: "Store', '{ history: 9, purpose: "Store');
  await git("commit", "--quiet", "--all", "--message=history");
  // Not committed: dangerous, and in a file that the contract imports.
  const schemas = await project.read("schemas.ts");
  await project.write("schemas.ts", schemas.replace("minLength: 1", "minLength: 3"));
  return project;
});

async function diff(...words: readonly string[]) {
  const { dir } = await repository();
  const { code, stdout, stderr } = await trellis(["contract", "diff", ...words, "--json"], {
    cwd: dir,
  });
  return { code, json: stdout === "" ? undefined : JSON.parse(stdout), stderr };
}

const codes = (changes: readonly { readonly code: string }[]) => changes.map(({ code }) => code);

Deno.test("a revision is compared with the project as it is, contract by contract", async () => {
  const { code, json, stderr } = await diff("first", ".");
  assertEquals([code, stderr], [3, ""]);
  const [shop] = json.contracts;
  assertEquals([json.contracts.length, shop.old.file, shop.new.file], [
    1,
    "first:contracts/shop.ts",
    "contracts/shop.ts",
  ]);
  // The schemas of the revision, and not those of today, which its import map would lead to.
  assertEquals(codes(shop.changes).includes("kv.history.increased"), true);
  assertEquals(shop.summary.dangerous > 0, true);
});

Deno.test("two revisions are compared without the files of today", async () => {
  const { code, json } = await diff("first", "HEAD");
  assertEquals([code, codes(json.contracts[0].changes)], [2, ["kv.history.increased"]]);
  const file = await diff(`HEAD~1:${CONTRACT}`, `HEAD:./${CONTRACT}`);
  assertEquals([file.code, codes(file.json.changes)], [2, ["kv.history.increased"]]);
});

Deno.test("a revision beside a file stands for that file", async () => {
  const { code, json } = await diff("HEAD", CONTRACT);
  assertEquals([code, json.old.file], [3, "HEAD:contracts/shop.ts"]);
});

Deno.test("the repository is that of the other side, also behind a link", async () => {
  const { dir } = await repository();
  await using elsewhere = await TempProject.empty();
  await Deno.symlink(dir, elsewhere.path("link"));
  const { code, stdout } = await trellis(
    ["contract", "diff", "first", `link/${CONTRACT}`, "--json"],
    { cwd: elsewhere.dir },
  );
  assertEquals([code, JSON.parse(stdout).old.file], [3, "first:contracts/shop.ts"]);
});

Deno.test("a contract that comes or goes is compared with none", async () => {
  const { dir } = await repository();
  const project = await TempProject.create({
    "schemas.ts": await Deno.readTextFile(`${dir}/schemas.ts`),
    "contracts/other.ts": (await Deno.readTextFile(`${dir}/${CONTRACT}`))
      .replaceAll("shop@v1", "other@v1").replaceAll("Shop.", "Other."),
  });
  await using _ = project;
  const { code, json } = await diff("HEAD:.", project.dir);
  const [other, shop] = json.contracts;
  assertEquals([code, json.contracts.length, json.severity], [3, 2, "dangerous"]);
  assertEquals([other.contract, other.old, other.severity], ["other@v1", null, "safe"]);
  assertEquals([shop.contract, shop.new, shop.severity], ["shop@v1", null, "dangerous"]);
  const text = await trellis(["contract", "diff", "HEAD:.", project.dir], { cwd: dir });
  assertMatch(text.stdout, /^old none\nnew other@v1 (?:.*\n)+\nold shop@v1 .*\n.*\nnew none\n/);
});

Deno.test("what is no revision is refused, and nothing is left behind", async () => {
  const { dir } = await repository();
  for (
    const [name, message] of [
      ["nowhere", "there is no file, directory or git revision nowhere"],
      ["HEAD:nowhere.ts", "there is no HEAD:nowhere.ts"],
      ["HEAD:../x.ts", "is not in the repository"],
      ["nowhere.ts", "there is no file or directory nowhere.ts"],
    ] as const
  ) {
    const { code, stderr } = await diff(name, ".");
    assertEquals(code, 1);
    assertStringIncludes(stderr, message);
  }
  // Behind --, what begins like an option is a name; git must not be given it as an option.
  const option = await trellis(["contract", "diff", "--", "--output=PWNED", "."], { cwd: dir });
  assertEquals([option.code, option.stdout], [1, ""]);
  const left = Array.from(Deno.readDirSync(dir), ({ name }) => name);
  assertEquals(left.filter((name) => name === "PWNED" || name === ".trellis"), []);
});

Deno.test("outside a repository, and without git, that is said", async () => {
  const project = await TempProject.shop();
  await using _ = project;
  const outside = await trellis(["contract", "diff", "HEAD", "."], { cwd: project.dir });
  assertEquals(outside.code, 1);
  assertMatch(outside.stderr, /no file, directory or git revision HEAD\n {2}.*git/);
  const missing = await deno(trellisArguments(["contract", "diff", "HEAD", "."]), {
    cwd: project.dir,
    env: { PATH: "/nowhere" },
  });
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "there is no git on the PATH");
});

Deno.test("a manifest comes through a pipe or from standard input", async () => {
  const { dir } = await repository();
  const out = `${dir}/../${crypto.randomUUID()}.json`;
  await trellis(["contract", "build", "--out", out], { cwd: dir });
  const [{ manifest }] = JSON.parse(await Deno.readTextFile(out)).contracts;
  await Deno.writeTextFile(out, JSON.stringify(manifest));
  try {
    const same = await trellis(["contract", "diff", "-", CONTRACT], {
      cwd: dir,
      stdin: JSON.stringify(manifest),
    });
    assertEquals([same.code, same.stderr], [0, ""]);
    const words = trellisArguments(["contract", "diff"]).map((word) => `'${word}'`).join(" ");
    const piped = await new Deno.Command("bash", {
      args: ["-c", `'${Deno.execPath()}' ${words} <(cat '${out}') ${CONTRACT}`],
      cwd: dir,
    }).output();
    assertEquals([piped.code, new TextDecoder().decode(piped.stderr)], [0, ""]);
    const source = await trellis(["contract", "diff", "-", CONTRACT], {
      cwd: dir,
      stdin: await Deno.readTextFile(`${dir}/${CONTRACT}`),
    });
    assertEquals([source.code, source.stdout], [1, ""]);
    assertStringIncludes(source.stderr, "HEAD:contracts/shop.ts");
  } finally {
    await Deno.remove(out);
  }
});
