import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { denoDiscovery } from "../../contracts/discovery/deno_discovery.ts";
import { discoverContracts, type DiscoveryCache } from "../../contracts/discovery/discovery.ts";
import type { FileEvaluation } from "../../contracts/discovery/evaluate_files.ts";
import { evaluationSurroundings } from "../../contracts/discovery/evaluation_surroundings.ts";
import { keepContracts, readKeptContracts } from "./kept_contracts.ts";

const { id, kind, digest, manifest } = defineServiceContract(
  { schemas: { Ping: Type.Object({ text: Type.String() }) } },
  (ref) => ({
    id: "pings@v1",
    displayName: "Pings",
    description: "Answers.",
    rpc: {
      "Pings.Ping": { version: "v1", input: ref.schema("Ping"), output: ref.schema("Ping") },
    },
  }),
);
const CONTRACT: FileEvaluation = {
  kind: "contract",
  manifest: JSON.stringify(manifest),
  claims: { id, kind, digest },
  used: [],
};
const BROKEN: FileEvaluation = {
  kind: "mistakes",
  mistakes: [{ code: "id", path: "", message: "is wrong", fix: "mend it" }],
  stack: "",
};

/** A project in which evaluating a file takes no process, and is counted. */
async function project() {
  const root = await Deno.makeTempDir({ prefix: "trellis kept " });
  const write = (name: string, text: string) => Deno.writeTextFile(join(root, name), text);
  await Deno.mkdir(join(root, "contracts"));
  await write("contracts/pings.ts", `import "../schema.ts";`);
  await write("schema.ts", "");
  await write("deno.json", "{}");
  await write("deno.lock", "{}");
  const evaluated: string[] = [];
  return {
    root,
    write,
    file: join(root, ".trellis", "contracts.json"),
    discover: async (cache: DiscoveryCache, answer = CONTRACT) => {
      evaluated.length = 0;
      const evaluate = (paths: readonly string[]) => {
        evaluated.push(...paths);
        return Promise.resolve(paths.map(() => answer));
      };
      const found = await discoverContracts({ project: root, cache }, {
        ...denoDiscovery,
        evaluate,
      });
      return { ...found, evaluated: evaluated.length };
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("contracts that have not changed since an earlier process are not evaluated", async () => {
  await using at = await project();
  const cache = await readKeptContracts(at.file, "here");
  const first = await at.discover(cache);
  assertEquals(first.evaluated, 1);
  await keepContracts(at.file, "here", cache);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(at.file)).mode! & 0o777, 0o600);
  }
  const again = await at.discover(await readKeptContracts(at.file, "here"));
  assertEquals(again, { ...first, evaluated: 0 });
  // Nor is anything believed that was found elsewhere, or of other files.
  assertEquals((await at.discover(await readKeptContracts(at.file, "there"))).evaluated, 1);
  for (const name of ["schema.ts", "contracts/pings.ts", "deno.json"]) {
    await at.write(name, `${await Deno.readTextFile(join(at.root, name))}\n`);
    const cache = await readKeptContracts(at.file, "here");
    assertEquals((await at.discover(cache)).evaluated, 1, name);
    await keepContracts(at.file, "here", cache);
  }
});

Deno.test("a file that has a problem is evaluated at every start", async () => {
  await using at = await project();
  const cache = await readKeptContracts(at.file, "here");
  assertEquals((await at.discover(cache, BROKEN)).problems.length, 1);
  await keepContracts(at.file, "here", cache);
  const again = await at.discover(await readKeptContracts(at.file, "here"));
  assertEquals([again.evaluated, again.problems.length], [1, 0]);
});

Deno.test("kept contracts that are damaged, edited, or open to others are not believed", async () => {
  await using at = await project();
  const cache = await readKeptContracts(at.file, "here");
  await at.discover(cache);
  await keepContracts(at.file, "here", cache);
  const text = await Deno.readTextFile(at.file);
  const [seal] = text.split("\n");
  const edited = [
    "",
    "[]",
    text.slice(0, -1),
    text.replace("Answers.", "Lies."),
    text.replace(digest, "a".repeat(digest.length)),
    text.replace(seal!, ""),
    `${seal}\n[]`,
  ];
  for (const wrong of edited) {
    await Deno.writeTextFile(at.file, wrong);
    assertEquals((await readKeptContracts(at.file, "here")).size, 0, wrong.slice(0, 80));
  }
  await Deno.writeTextFile(at.file, text);
  assertEquals((await readKeptContracts(at.file, "here")).size, 1);
  if (Deno.build.os === "windows") return;
  await Deno.chmod(at.file, 0o622);
  assertEquals((await readKeptContracts(at.file, "here")).size, 0);
});

Deno.test("surroundings are known where a lock file says which packages there are", async () => {
  await using at = await project();
  const key = () => evaluationSurroundings(at.root);
  const before = key();
  assert(before !== undefined);
  assertEquals(key(), before);
  await at.write("deno.lock", `{ "version": "5" }`);
  assertNotEquals(key(), before);
  await at.write("deno.lock", "{}");
  assertEquals(key(), before);
  await Deno.mkdir(join(at.root, "node_modules"));
  assertEquals(key(), undefined);
  await Deno.remove(join(at.root, "node_modules"));
  await Deno.remove(join(at.root, "deno.lock"));
  assertEquals(key(), undefined);
});
