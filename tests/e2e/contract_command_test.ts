import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { quickShop } from "./support/quick_shop.ts";
import { TempProject } from "./support/temp_project.ts";
import { trellis, trellisProcess } from "./support/trellis_command.ts";

const CONTRACT = "contracts/shop.ts";

Deno.test("check names every contract with its digest, and digest prints that alone", async () => {
  await using project = await TempProject.shop();
  const cwd = project.dir;
  const printed = await trellis(["contract", "digest", CONTRACT], { cwd });
  assertEquals([printed.code, printed.stderr], [0, ""]);
  assertMatch(printed.stdout, /^[A-Za-z0-9_-]{43}\n$/);
  const json = await trellis(["contract", "check", "--no-types", "--json"], { cwd });
  const { contracts, problems } = JSON.parse(json.stdout);
  assertEquals(problems, []);
  assertEquals(contracts, [
    { id: "shop@v1", kind: "service", digest: printed.stdout.trim(), file: CONTRACT },
  ]);
  const digest = await trellis(["contract", "digest", CONTRACT, "--json"], { cwd });
  assertEquals(JSON.parse(digest.stdout), { digest: printed.stdout.trim() });
});

Deno.test("check reports type errors with file and line, unless they are left out or mended", async () => {
  await using project = await quickShop();
  const cwd = project.dir;
  const text = await project.read(CONTRACT);
  const wrong = text.replace(
    'displayName: "Shop"',
    'displayName: "Shop" as const satisfies "Mart"',
  );
  await project.write(CONTRACT, wrong);
  const line = wrong.split("\n").findIndex((text) => text.includes("satisfies")) + 1;
  const { code, stdout, stderr } = await trellis(["contract", "check"], { cwd });
  assertEquals(code, 1);
  assertStringIncludes(stdout, "shop@v1");
  assertStringIncludes(stderr, `${CONTRACT}:${line}`);
  const json = JSON.parse((await trellis(["contract", "check", "--json"], { cwd })).stdout);
  assertEquals(json.problems, []);
  const [problem] = json.typeProblems;
  assertEquals([problem.file, problem.line], [CONTRACT, line]);
  const skipped = await trellis(["contract", "check", CONTRACT, "--no-types"], { cwd });
  assertEquals([skipped.code, skipped.stderr], [0, ""]);

  await project.write(CONTRACT, text);
  const mended = await trellisProcess(["contract", "check"], { cwd });
  assertEquals([mended.code, mended.stderr], [0, ""]);
  const { stdout: digest } = await trellis(["contract", "digest", CONTRACT], { cwd });
  assertStringIncludes(mended.stdout, digest.trim());
});

Deno.test("build writes one manifest, the same every time, which digest and canonical read", async () => {
  await using project = await TempProject.shop();
  const cwd = project.dir;
  const built = await trellis(["contract", "build", "--json"], { cwd });
  assertEquals(built.code, 0);
  const [{ id, digest }] = JSON.parse(built.stdout).contracts;
  assertEquals(id, "shop@v1");
  const text = await project.read(".trellis/manifest.json");
  await trellis(["contract", "build", "--out", "again.json"], { cwd });
  assertEquals(await project.read("again.json"), text);

  const [entry] = JSON.parse(text).contracts;
  await project.write("shop.json", JSON.stringify(entry.manifest ?? entry, null, 4));
  const printed = await trellis(["contract", "digest", "shop.json"], { cwd });
  assertEquals(printed.stdout, `${digest}\n`);

  await project.write("numbers.json", ' { "b": 1.0, "a": [1e2, "é"] } ');
  const canonical = await trellis(["contract", "canonical", "numbers.json"], { cwd });
  assertEquals([canonical.code, canonical.stdout], [0, '{"a":[100,"é"],"b":1}\n']);
});

Deno.test("check reports every mistake of every file, also behind one that does not load", async () => {
  await using project = await TempProject.shop();
  const cwd = project.dir;
  const text = await project.read(CONTRACT);
  await project.write("contracts/a_syntax.ts", "export default = 1;\n");
  await project.write("contracts/b_throws.ts", 'throw new Error("on purpose");\n');
  await project.write("contracts/c_nothing.ts", "export const a = 1;\n");
  await project.write("contracts/d_net.ts", 'export default await fetch("http://127.0.0.1:4/");\n');
  await project.write(
    "contracts/e_mistakes.ts",
    text.replace('"shop@v1"', '"Shop"').replace('ref.schema("NewItem")', '{ schema: "Absent" }'),
  );
  const { code, stdout, stderr } = await trellis(["contract", "check", "--no-types"], { cwd });
  assertEquals(code, 1);
  assertStringIncludes(stdout, "shop@v1");
  for (
    const part of [
      "contracts/a_syntax.ts",
      "on purpose",
      "exports no contract",
      "net access",
      "Absent",
      "is not a contract id",
    ]
  ) assertStringIncludes(stderr, part);
  const json = await trellis(["contract", "check", "--no-types", "--json"], { cwd });
  assertEquals([json.code, json.stderr], [1, ""]);
  const { contracts, problems } = JSON.parse(json.stdout);
  assertEquals(contracts.length, 1);
  const files = new Set(problems.map(({ file }: { file: string }) => file));
  assertEquals(files.size, 5);
  assert(problems.every(({ message, fix }: { message: string; fix: string }) => message && fix));

  const built = await trellis(["contract", "build"], { cwd });
  assertEquals([built.code, built.stdout], [1, ""]);
  assertStringIncludes(built.stderr, "nothing was written");
  const digest = await trellis(["contract", "digest", "contracts/c_nothing.ts"], { cwd });
  assertEquals([digest.code, digest.stdout], [1, ""]);
  assertStringIncludes(digest.stderr, "exports no contract");
});

Deno.test("files that are not there, or are not JSON, are reported as that", async () => {
  await using project = await TempProject.create({ "bad.json": "{a:1}", "other.json": '{"a":1}' });
  const cwd = project.dir;
  const ends = async (words: readonly string[]) => {
    const { code, stdout, stderr } = await trellis(["contract", ...words, "--json"], { cwd });
    assertEquals(stdout, "");
    return [code, JSON.parse(stderr).error.code];
  };
  assertEquals(await ends(["check", "nowhere"]), [4, "not_found"]);
  assertEquals(await ends(["digest", "bad.json"]), [1, "not_json"]);
  assertEquals(await ends(["digest", "other.json"]), [1, "not_a_manifest"]);
  assertEquals(await ends(["canonical", "nowhere.json"]), [4, "not_found"]);
  assertEquals(await ends(["digest", "nowhere.ts"]), [4, "not_found"]);
});
