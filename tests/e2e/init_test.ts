import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TempProject } from "./support/temp_project.ts";
import { deno, trellis } from "./support/trellis_command.ts";

const FILES = [
  ".gitignore",
  "README.md",
  "contracts",
  "deno.json",
  "handlers",
  "schemas.ts",
  "tests",
];

async function names(dir: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
}

Deno.test("init writes a project whose checks and tests pass unchanged", async () => {
  await using place = await TempProject.empty();
  const made = await trellis(["init", "my-orders", "--yes"], { cwd: place.dir });
  assertEquals([made.code, made.stderr], [0, ""]);
  assertStringIncludes(made.stdout, "cd my-orders\n  deno task dev");
  const cwd = place.path("my-orders");
  assertEquals(await names(cwd), FILES);
  for (
    const words of [["task", "check"], ["fmt", "--check"], ["lint"], ["task", "test"]] as const
  ) {
    const { code, stdout, stderr } = await deno(words, { cwd });
    assertEquals(code, 0, `deno ${words.join(" ")}\n${stdout}${stderr}`);
  }
  assertEquals(await names(place.dir), ["my-orders"]);
});

Deno.test("init needs neither --yes nor a terminal, and --json lists what it wrote", async () => {
  await using place = await TempProject.empty();
  const plain = await trellis(["init", "plain"], { cwd: place.dir });
  assertEquals(plain.code, 0);
  const made = await trellis(["init", "deep/er", "--name", "eu.shop", "--json"], {
    cwd: place.dir,
  });
  const { directory, service, files } = JSON.parse(made.stdout);
  assertEquals([directory, service], [place.path("deep/er"), "eu.shop"]);
  for (const file of files) assert((await Deno.stat(place.path(`deep/er/${file}`))).isFile);
  assert(files.includes("contracts/eu_shop.ts"));
});

Deno.test("init leaves a directory alone that has anything in it", async () => {
  await using place = await TempProject.create({ "notes.txt": "mine" });
  const { code, stdout, stderr } = await trellis(["init", ".", "--name", "shop"], {
    cwd: place.dir,
  });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "is not empty (");
  assertStringIncludes(stderr, "nothing is ever overwritten");
  assertEquals(await names(place.dir), ["deno.json", "notes.txt"]);
  const onFile = await trellis(["init", "notes.txt", "--name", "shop"], { cwd: place.dir });
  assertEquals(onFile.code, 1);
  assertEquals(await place.read("notes.txt"), "mine");
});

Deno.test("init takes a fresh git repository", async () => {
  await using place = await TempProject.empty();
  await Deno.mkdir(place.path(".git"));
  const { code } = await trellis(["init", ".", "--name", "shop"], { cwd: place.dir });
  assertEquals(code, 0);
});

Deno.test("init refuses names that cannot be a service, says why, and writes nothing", async () => {
  await using place = await TempProject.empty();
  const refused: readonly (readonly [string, string])[] = [
    ["My_Orders", "lower-case letters"],
    ["trellis", "the name of Trellis' own contracts"],
    ["../outside", "lower-case letters"],
    ["a--b", "single hyphens"],
    ['x";Deno.exit()//', "lower-case letters"],
  ];
  for (const [name, reason] of refused) {
    const { code, stderr } = await trellis(["init", "here", "--name", name], { cwd: place.dir });
    assertEquals(code, 1, name);
    assertStringIncludes(stderr.replace(/\s+/g, " "), reason);
    assertStringIncludes(stderr, "--name");
  }
  const json = await trellis(["init", "here", "--name", "A", "--json"], { cwd: place.dir });
  assertEquals(JSON.parse(json.stderr).error.code, "bad_name");
  assertEquals(await names(place.dir), []);
});
