import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TempProject } from "./support/temp_project.ts";
import { deno, trellis, trellisProcess } from "./support/trellis_command.ts";

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

Deno.test("init writes a project whose format, lint and tests pass unchanged", async () => {
  await using place = await TempProject.empty();
  const made = await trellisProcess(["init", "my-orders", "--yes"], { cwd: place.dir });
  assertEquals([made.code, made.stderr], [0, ""]);
  assertStringIncludes(made.stdout, "cd my-orders\n  deno task dev");
  const cwd = place.path("my-orders");
  assertEquals(await names(cwd), FILES);
  // Types are checked where a project is made with the published package: that takes long.
  const build = ["task", "trellis", "contract", "build", "--out", "manifest.json"];
  for (const words of [["fmt", "--check"], ["lint"], ["task", "test", "--no-check"], build]) {
    const { code, stdout, stderr } = await deno(words, { cwd });
    assertEquals(code, 0, `deno ${words.join(" ")}\n${stdout}${stderr}`);
    assert(!stderr.includes("Warning"), stderr);
  }
  assertEquals(await names(place.dir), ["my-orders"]);
  assert((await names(cwd)).includes("manifest.json"));
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

Deno.test("init overwrites nothing, and writes nothing where a file of it is in the way", async () => {
  await using place = await TempProject.create({ "schemas.ts": "mine", "notes.txt": "mine" });
  const config = await place.read("deno.json");
  const { code, stdout, stderr } = await trellis(["init", ".", "--name", "shop"], {
    cwd: place.dir,
  });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "has a file deno.json, schemas.ts already");
  assertStringIncludes(stderr, "no file is ever overwritten");
  assertEquals(await names(place.dir), ["deno.json", "notes.txt", "schemas.ts"]);
  assertEquals([await place.read("schemas.ts"), await place.read("deno.json")], ["mine", config]);
  const onFile = await trellis(["init", "notes.txt", "--name", "shop"], { cwd: place.dir });
  assertEquals(onFile.code, 1);
  assertEquals(await place.read("notes.txt"), "mine");
});

Deno.test("init works in a fresh repository, and says what it left as it was", async () => {
  await using place = await TempProject.empty();
  await Deno.mkdir(place.path(".git"));
  for (const file of ["LICENSE", "README.md"]) await place.write(file, "mine\n");
  await place.write(".gitignore", "node_modules/");
  const words = ["init", ".", "--name", "shop"];
  const made = await trellis([...words, "--json"], { cwd: place.dir });
  assertEquals(made.code, 0);
  const { files, extended, kept } = JSON.parse(made.stdout);
  assert(files.includes("deno.json") && !files.includes("README.md"));
  assertEquals([extended, kept], [[".gitignore"], ["README.md"]]);
  assertEquals(await place.read(".gitignore"), "node_modules/\n.trellis/\n");
  assertEquals([await place.read("README.md"), await place.read("LICENSE")], ["mine\n", "mine\n"]);
});

Deno.test("init that cannot write a file leaves none behind", async () => {
  await using place = await TempProject.create({
    "new/handlers": "a file, where a folder must be",
  });
  const { code, stdout, stderr } = await trellis(["init", "new", "--name", "shop"], {
    cwd: place.dir,
  });
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "new cannot be written: ");
  assertEquals(await names(place.path("new")), ["handlers"]);
});

Deno.test({
  name: "the next steps of init can be pasted, whatever the directory is called",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await TempProject.empty();
    const { stdout } = await trellis(["init", "it's $HOME; my dir", "--name", "shop"], {
      cwd: place.dir,
    });
    const cd = stdout.split("\n").find((line) => line.startsWith("  cd ")) ?? "";
    const { stdout: printed } = await new Deno.Command("sh", {
      args: ["-c", `${cd} && pwd`],
      cwd: place.dir,
    }).output();
    assertEquals(new TextDecoder().decode(printed).trim(), place.path("it's $HOME; my dir"));
  },
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
