import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import {
  type ContractProblem,
  createDiscoveryCache,
  discoverContracts,
  type DiscoverOptions,
  type Discovery,
} from "./discovery.ts";

const DEFINE = new URL("../define/define.ts", import.meta.url).href;
const IMPORTS = `import { defineServiceContract } from "${DEFINE}";
import { Type } from "@sinclair/typebox";
`;

function contract(name: string, rpc = `${name}.Ping`, export_ = "export default"): string {
  const id = name.toLowerCase();
  return `${IMPORTS}${export_} defineServiceContract(
  { schemas: { Ping: Type.Object({ text: Type.String() }) } },
  (ref) => ({
    id: "${id}@v1", displayName: "${name}", description: "Answers.",
    rpc: { "${rpc}": { version: "v1", input: ref.schema("Ping"), output: ref.schema("Ping") } },
  }),
);
`;
}

/** Never ends, as a loop does not, and leaves its core to others. */
const HANG = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)";

/** A project that runs on this checkout. */
function configuration(imports: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ imports: { ...config.imports, ...imports } });
}

class Project implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async create(files: Readonly<Record<string, string>>): Promise<Project> {
    const project = new Project(await Deno.makeTempDir({ prefix: "trellis discovery #1 " }));
    for (const [name, text] of Object.entries(files)) await project.write(name, text);
    return project;
  }

  async write(name: string, text: string): Promise<void> {
    const path = `${this.root}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  discover(options: DiscoverOptions = {}): Promise<Discovery> {
    return discoverContracts({ project: this.root, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}

async function discover(
  files: Readonly<Record<string, string>>,
  options: DiscoverOptions = {},
): Promise<Discovery> {
  await using project = await Project.create(files);
  return await project.discover(options);
}

/** The one problem of each file, beside a good one, which has to be found all the same. */
async function problemsOf(
  texts: readonly string[],
  options: DiscoverOptions = {},
): Promise<readonly ContractProblem[]> {
  const names = texts.map((_, index) => `contracts/bad_${index}.ts`);
  const bad = Object.fromEntries(texts.map((text, index) => [names[index], text]));
  const { contracts, problems } = await discover(
    { ...bad, "contracts/good.ts": contract("Good") },
    options,
  );
  assertEquals(contracts.map(({ id }) => id), ["good@v1"]);
  assertEquals(problems.map(({ file }) => file).sort(), names.toSorted());
  assert(problems.every(({ fix }) => fix !== ""));
  return names.flatMap((name) => problems.filter(({ file }) => file === name));
}

async function problemOf(text: string, options: DiscoverOptions = {}): Promise<ContractProblem> {
  const [problem] = await problemsOf([text], options);
  assert(problem !== undefined);
  return problem;
}

Deno.test("contracts are found whatever they are exported as, sorted by id", async () => {
  const { contracts, problems } = await discover({
    "contracts/z.ts": contract("Alpha"),
    "contracts/named.ts": contract("Beta", "Beta.Ping", "export const contract ="),
    "contracts/only.ts": contract("Gamma", "Gamma.Ping", "export const gamma =") +
      "export const other = 1;\nexport { gamma as again };\n",
    "contracts/a_test.ts": "throw new Error();",
    "contracts/_shared.ts": "throw new Error();",
    "contracts/.#lock.ts": "throw new Error();",
    "contracts/types.d.ts": "export {};",
    "contracts/nested/b.ts": "throw new Error();",
    "contracts/notes.md": "",
  });
  assertEquals(problems, []);
  assertEquals(contracts.map(({ id, file, kind }) => [id, file, kind]), [
    ["alpha@v1", "contracts/z.ts", "service"],
    ["beta@v1", "contracts/named.ts", "service"],
    ["gamma@v1", "contracts/only.ts", "service"],
  ]);
  assertEquals(contracts[0]?.manifest.rpc?.["Alpha.Ping"]?.subject, "rpc.v1.Alpha.Ping");
  assertEquals(contracts[0]?.digest.length, 43);
});

Deno.test("a contract may import others, modules of the project, and JSON", async () => {
  const { contracts, problems } = await discover({
    "names.json": `{ "title": "Caller" }`,
    "shared/ids.ts": `export const id = "caller@v1" as const;`,
    "contracts/good.ts": contract("Good"),
    "contracts/caller.ts": `import { defineAppContract } from "${DEFINE}";
      import good from "./good.ts";
      import { id } from "../shared/ids.ts";
      import names from "../names.json" with { type: "json" };
      export default defineAppContract({}, () => ({
        id, displayName: names.title, description: "Calls.",
        uses: { required: { good: good.use({ rpc: { call: ["Good.Ping"] } }) } },
      }));`,
  });
  assertEquals(problems, []);
  assertEquals(contracts.map(({ id }) => id), ["caller@v1", "good@v1"]);
  assertEquals(contracts[0]?.manifest.displayName, "Caller");
});

Deno.test("[no_contracts_folder] and [empty] are problems, not failures", async () => {
  assertEquals((await discover({ "main.ts": "" })).problems.map(({ code }) => code), [
    "no_contracts_folder",
  ]);
  assertEquals((await discover({ "contracts/readme.md": "" })).problems.map(({ code }) => code), [
    "empty",
  ]);
});

Deno.test("[unreadable] a comma in the path, which Deno cannot be told of, is named", async () => {
  await using project = await Project.create({ "a,b/contracts/good.ts": "export default 1;" });
  const { problems } = await discoverContracts({ project: `${project.root}/a,b` });
  assertEquals(problems.map(({ code }) => code), ["unreadable"]);
  assertStringIncludes(problems[0]?.message ?? "", "comma");
});

Deno.test("[syntax] is reported with its place", async () => {
  const problem = await problemOf("export const x = 1;\nexport default {{;\n");
  assertEquals([problem.code, problem.line, problem.column], ["syntax", 2, 17]);
});

Deno.test("[syntax] in a module that the contract imports names that module", async () => {
  const { problems } = await discover({
    "schemas.ts": "\nexport const = 1;",
    "contracts/bad.ts": `import "../schemas.ts";`,
  });
  assertEquals(problems.map(({ code, line }) => [code, line]), [["syntax", undefined]]);
  assertStringIncludes(problems[0]?.message ?? "", "schemas.ts:2:");
});

Deno.test("[import] a module or an export that is not there", async () => {
  const [module, ...others] = await problemsOf([
    `\nimport "../nope.ts";\nexport default 1;`,
    `import { x } from "./good.ts"; export default x;`,
    `import "no-such-name";`,
  ]);
  assertEquals([module?.code, module?.line], ["import", 2]);
  assertEquals(module?.message, `Module not found "nope.ts".`);
  assertEquals(others.map(({ code }) => code), ["import", "import"]);
});

Deno.test("[no_contract] says whether there is a default export", async () => {
  assertEquals((await problemOf("export const x = 1;")).message, "exports no contract");
  const other = await problemOf("export default { id: 1 };");
  assertEquals([other.code, other.message], [
    "no_contract",
    "its default export is not a contract",
  ]);
});

Deno.test("[several_contracts] names them", async () => {
  const second = contract("Two", "Two.Ping", "export const two =").replace(IMPORTS, "");
  const problem = await problemOf(contract("One", "One.Ping", "export const one =") + second);
  assertEquals(problem.code, "several_contracts");
  assertStringIncludes(problem.message, "one, two");
});

Deno.test("[mistake] every mistake of every file, with path and place", async () => {
  const bad = contract("Bad").replace(`input: ref.schema("Ping")`, `input: ref.schema("Nope")`);
  const { problems, contracts } = await discover({
    "contracts/a.ts": bad.replace(`"bad@v1"`, `"Not An Id"`),
    "contracts/b.ts": bad,
  });
  assertEquals(contracts, []);
  assertEquals(problems.map(({ file, code, path }) => [file, code, path]).sort(), [
    ["contracts/a.ts", "mistake", "/id"],
    ["contracts/a.ts", "mistake", "/rpc/Bad.Ping/input"],
    ["contracts/b.ts", "mistake", "/rpc/Bad.Ping/input"],
  ]);
  assert(problems.every(({ line }) => line === 3));
});

Deno.test("[threw] is reported with its place, also when it is not awaited", async () => {
  const [thrown, rejected, words, trap] = await problemsOf([
    `export {};\nfunction f() {\n  throw new RangeError("boom");\n}\nf();`,
    contract("Late") + `Promise.reject(new Error("late"));`,
    `throw "words";`,
    `throw { get stack() { throw 1; }, get name() { throw 2; } };`,
  ]);
  assertEquals([thrown?.code, thrown?.message, thrown?.line], [
    "threw",
    "threw RangeError: boom",
    3,
  ]);
  assertEquals([rejected?.code, rejected?.message], ["threw", "threw late"]);
  assertEquals(words?.message, "threw words");
  assertEquals(trap?.code, "threw");
});

Deno.test("[threw] contracts that use each other are told what to do", async () => {
  const using = (other: number) =>
    `import other from "./bad_${other}.ts";\nconst used = [other];\n${contract("Circle")}`;
  const problems = await problemsOf([using(1), using(0)]);
  assertEquals(problems.map(({ code }) => code), ["threw", "threw"]);
  for (const { fix } of problems) assertStringIncludes(fix, "import each other");
});

Deno.test("[timeout] ends what loops or waits", async () => {
  const texts = ["while (true);", "await new Promise(() => {});"];
  const problems = await problemsOf(texts, { timeoutMs: 1500 });
  assertEquals(problems.map(({ code }) => code), ["timeout", "timeout"]);
});

Deno.test("[exit] names the file that ends its process, where it does, and finds all others", async () => {
  const { contracts, problems } = await discover({
    "contracts/a.ts": contract("A"),
    "contracts/b.ts": "\nDeno.exit(7);",
    "contracts/c.ts": contract("C"),
    "contracts/d.ts": 'import process from "node:process";\nprocess.exit(0);',
    "contracts/e.ts": "self.close();\nawait new Promise(() => {});",
    "contracts/f.ts": 'import "../ends.ts";',
    "ends.ts": 'import { exit } from "node:process";\nexit(1);',
  });
  assertEquals(contracts.map(({ file }) => file), ["contracts/a.ts", "contracts/c.ts"]);
  assertEquals(
    problems.map(({ file, code, line, message }) => [file, code, line, message]).sort(),
    [
      ["contracts/b.ts", "exit", 2, "ends its process with exit code 7"],
      ["contracts/d.ts", "exit", 2, "ends its process with exit code 0"],
      ["contracts/e.ts", "exit", 1, "closes its worker"],
      ["contracts/f.ts", "exit", undefined, "ends its process with exit code 1"],
    ],
  );
});

Deno.test("[memory] blames the file that takes all of it, and finds all others", async () => {
  const much = `${contract("Much")}\nnew Uint8Array(700_000_000).fill(1);`;
  const { contracts, problems } = await discover({
    "contracts/all.ts": "const all = [];\nfor (;;) all.push(new Array(100_000).fill(1.5));",
    "contracts/good.ts": contract("Good"),
    "contracts/much.ts": much,
    "deno.json": configuration(),
    // Filling it takes a busy machine long.
  }, { timeoutMs: 60_000 });
  assertEquals(contracts.map(({ id }) => id), ["good@v1", "much@v1"]);
  assertEquals(problems.map(({ file, code, message }) => [file, code, message]), [
    ["contracts/all.ts", "memory", "ran out of memory: it may have 512 MiB"],
  ]);
});

Deno.test("[timeout] blames the file that hangs, and finds all others", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`contracts/c${i}.ts`, contract(`C${i}`)]),
  );
  const { contracts, problems } = await discover({
    ...files,
    "contracts/c1.ts": contract("C1") + `setTimeout(() => ${HANG}, 100);`,
    "contracts/c2.ts": `${HANG};`,
  }, { timeoutMs: 1500 });
  assertEquals(problems.map(({ file, code }) => [file, code]), [["contracts/c2.ts", "timeout"]]);
  assertEquals(contracts.length, 7);
});

Deno.test("[permission] a contract may read its project and nothing else", async () => {
  const attempts = {
    net: `await fetch("http://127.0.0.1:65000/");`,
    connect: `await Deno.connect({ port: 65000 });`,
    env: `Deno.env.get("HOME");`,
    run: `new Deno.Command("true").outputSync();`,
    write: `Deno.writeTextFileSync("written", "");`,
    sys: `Deno.hostname();`,
    read: `Deno.readTextFileSync("/etc/hosts");`,
    node: `import { readFileSync } from "node:fs"; readFileSync("/etc/hosts");`,
    outside: `import "/etc/hosts.ts";`,
    remote: `import "https://127.0.0.1:65000/x.ts";`,
  };
  const problems = await problemsOf(Object.values(attempts));
  assertEquals(
    Object.keys(attempts).map((name, index) => [name, problems[index]?.code]),
    Object.keys(attempts).map((name) => [name, "permission"]),
  );
});

Deno.test("[unreadable] links that leave the project, or lead nowhere", async () => {
  await using elsewhere = await Project.create({ "x.ts": contract("Elsewhere") });
  await using project = await Project.create({
    "contracts/good.ts": contract("Good"),
    "kept/inside.ts": contract("Inside"),
    "contracts/folder.ts/file.txt": "",
  });
  const folder = `${project.root}/contracts`;
  await Deno.symlink(`${elsewhere.root}/x.ts`, `${folder}/link.ts`);
  await Deno.symlink(`${elsewhere.root}/none.ts`, `${folder}/nowhere.ts`);
  await Deno.symlink(`${project.root}/kept/inside.ts`, `${folder}/inside.ts`);
  const { contracts, problems } = await project.discover();
  assertEquals(contracts.map(({ id }) => id), ["good@v1", "inside@v1"]);
  assertEquals(problems.map(({ file, code }) => [file, code]), [
    ["contracts/folder.ts", "unreadable"],
    ["contracts/link.ts", "unreadable"],
    ["contracts/nowhere.ts", "unreadable"],
  ]);
});

Deno.test("[duplicate_id] names both files and takes neither", async () => {
  const { contracts, problems } = await discover({
    "contracts/a.ts": contract("Same", "A.Ping"),
    "contracts/b.ts": contract("Same", "B.Ping"),
    "contracts/good.ts": contract("Good"),
  });
  assertEquals(contracts.map(({ id }) => id), ["good@v1"]);
  assertEquals(problems.map(({ file, code }) => [file, code]), [
    ["contracts/a.ts", "duplicate_id"],
    ["contracts/b.ts", "duplicate_id"],
  ]);
  assertStringIncludes(problems[0]?.message ?? "", "contracts/b.ts");
});

Deno.test("[surface_collision] names both files and takes neither", async () => {
  const { contracts, problems } = await discover({
    "contracts/a.ts": contract("One", "Orders.Create"),
    "contracts/b.ts": contract("Two", "Orders.Create"),
  });
  assertEquals(contracts, []);
  assertEquals(problems.map(({ file, code, path }) => [file, code, path]), [
    ["contracts/a.ts", "surface_collision", "/rpc/Orders.Create"],
    ["contracts/b.ts", "surface_collision", "/rpc/Orders.Create"],
  ]);
});

Deno.test("[invalid_manifest] what a file says of itself is not believed", async () => {
  const base = contract("Liar", "Liar.Ping", "const real =");
  const forge = (members: string) =>
    `${base}export default { ...real, digest: real.digest, ${members} };`;
  const forged = [
    `digest: "A".repeat(43)`,
    `id: "other@v1"`,
    `kind: "app"`,
    `manifest: { ...real.manifest, id: "good@v1" }`,
    `manifest: { ...real.manifest, rpc: { "a b": 1 } }`,
    `manifest: null`,
    `manifest: undefined`,
  ];
  const deep = `manifest: { ...real.manifest, capabilities: JSON.parse(
    '{"x":{"displayName":"x","description":"x","deep":' + "[".repeat(2000) + "]".repeat(2000) + "}}") }`;
  const huge = `manifest: { ...real.manifest, description: "x".repeat(9_000_000) }`;
  const problems = await problemsOf([...forged, deep, huge].map(forge));
  assertEquals(
    [...forged, deep, huge].map((members, index) => [members, problems[index]?.code]),
    [...forged, deep].map((members) => [members, "invalid_manifest"]).concat([[huge, "threw"]]),
  );
  const others = await discover({
    "contracts/a.ts": forge("manifest: { toJSON() { return {}; } }"),
    "contracts/b.ts": forge(`manifest: JSON.parse('{"__proto__":{"id":1}}')`),
  });
  assertEquals(others.contracts, []);
  assertEquals(
    new Set(others.problems.map(({ file, code }) => `${file} ${code}`)),
    new Set(["contracts/a.ts invalid_manifest", "contracts/b.ts invalid_manifest"]),
  );
});

Deno.test("a file cannot speak for others, nor change what they find", async () => {
  const { contracts, problems } = await discover({
    "contracts/a.ts": contract("A", "A.Ping", "const real =") + `
      export default real.digest && real;
      const said = { kind: "settled", evaluation: { kind: "none", exported: [] }, intact: true };
      Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(said) + "\\n"));
      Deno.stdout.writeSync = () => 0;
      MessagePort.prototype.postMessage = () => {};
      Uint8Array.prototype.subarray = () => new Uint8Array();
      Array.prototype.at = () => undefined;
      globalThis.leak = 1;`,
    "contracts/b.ts": contract("B") +
      `if ("leak" in globalThis || [1].at(0) !== 1) throw new Error("leaked");`,
    "contracts/c.ts": contract("C") +
      `if ("leak" in globalThis || [1].at(0) !== 1) throw new Error("leaked");`,
    "contracts/d.ts": contract("D") +
      `if ("leak" in globalThis || [1].at(0) !== 1) throw new Error("leaked");`,
  });
  assertEquals(problems, []);
  assertEquals(contracts.map(({ id }) => id), ["a@v1", "b@v1", "c@v1", "d@v1"]);
});

Deno.test("a file cannot change what the digests of others are computed with", async () => {
  const files = Array.from("ABCDEFGH", (letter) => [
    `contracts/${letter}.ts`,
    contract(letter, `${letter}.Ping`, "const real =") + `
      export default real.digest && real;
      Uint8Array.prototype.subarray = () => new Uint8Array();`,
  ]);
  assertEquals((await discover(Object.fromEntries(files))).problems, []);
});

Deno.test("files that do not affect each other share a process", async () => {
  const { contracts, problems } = await discover(Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `contracts/c${i}.ts`,
      contract(`C${i}`).replace('"Answers."', "String(Deno.pid)"),
    ]),
  ));
  assertEquals([contracts.length, problems.length], [40, 0]);
  assertEquals(new Set(contracts.map(({ manifest }) => manifest.description)).size, 1);
});

Deno.test("edits are seen, in the file and in all it imports, with a cache and without", async () => {
  for (const cache of [undefined, createDiscoveryCache()]) {
    await using project = await Project.create({
      "deno.json": configuration({ "@/": "./" }).replace("{", "{ /* comment */"),
      "a.ts": `export * from "./b.ts";`,
      "b.ts": `export const text: string = "one";`,
      "contracts/x.ts": contract("X").replace(`"Answers."`, "text") +
        `import { text } from "../a.ts";`,
      "contracts/y.ts": contract("Y"),
    });
    const described = async () =>
      (await project.discover({ cache })).contracts.map(({ manifest }) => manifest.description);
    assertEquals(await described(), ["one", "Answers."]);
    assertEquals(await described(), ["one", "Answers."]);
    await project.write("b.ts", `export const text: string = "two";`);
    assertEquals(await described(), ["two", "Answers."]);
    await project.write("contracts/y.ts", contract("Y").replace("Answers.", "Replies."));
    assertEquals(await described(), ["two", "Replies."]);
    await project.write("contracts/y.ts", "export default {{");
    assertEquals((await project.discover({ cache })).problems.map(({ code }) => code), ["syntax"]);
    await project.write("contracts/y.ts", contract("Y"));
    assertEquals(await described(), ["two", "Answers."]);
    await Deno.remove(`${project.root}/contracts/y.ts`);
    assertEquals(await described(), ["two"]);
  }
});

Deno.test("a cache keeps what is known, and only that", async () => {
  await using project = await Project.create({
    "deno.json": configuration({ "@/": "./src/", "pkg": "npm:ulid@3.0.2" }),
    "contracts/plain.ts": contract("Plain") + `export * from "../src/a.ts";`,
    "contracts/opaque.ts": contract("Opaque") + `const n = "../src/a.ts"; await import(n);`,
    "contracts/late.ts": "await new Promise(() => {});",
    "src/a.ts": "export const a = 1;",
  });
  const cache = createDiscoveryCache();
  await project.discover({ cache, timeoutMs: 1500 });
  assertEquals([...cache.keys()].map((path) => path.slice(project.root.length)), [
    "/contracts/plain.ts",
  ]);
});

Deno.test("an abort ends a discovery at once, rejects, and leaves nothing in the cache", async () => {
  await using project = await Project.create({ "contracts/loop.ts": "while (true);" });
  const cache = createDiscoveryCache();
  const stop = new AbortController();
  const discovery = project.discover({ cache, signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await assertRejects(() => discovery, DOMException);
  assertEquals(cache.size, 0);
  await assertRejects(() => project.discover({ signal: AbortSignal.abort() }), DOMException);
});
