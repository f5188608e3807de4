import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { contentKeys } from "./content_key.ts";
import { dependentsOf, modulesOf, readModuleGraph } from "./module_graph.ts";

type Files = Readonly<Record<string, string>>;

/** A temporary folder with these files. */
async function withFiles(files: Files, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-graph-" }));
  try {
    for (const [file, text] of Object.entries(files)) await write(join(folder, file), text);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** A workspace whose member `app` reaches its files by every kind of name. */
const WORKSPACE: Files = {
  "deno.jsonc": `{ // the root of the workspace
    "workspace": ["./app", "./packages/*"],
    "imports": { "root/": "./root/", "~/": "./never/", },
    "scopes": { "./app/scoped/": { "inner": "./app/scoped/own.ts" }, },
  }`,
  "app/deno.json": JSON.stringify({
    imports: { "~/": "./", "exact": "./src/exact.ts", "~/deep/": "./elsewhere/" },
  }),
  "app/main.ts": `import "./relative.ts";
export * from "~/slash.ts";
import type { T } from "exact";
import "root/r.ts"; import "~/deep/d.ts";
import { /* a "comment" */ a } from // and "another"
  "./commented.ts";
import "./scoped/s.ts";
import "@local/one"; import "@local/one/part"; import "@local/two";
import data from "./data.json" with { type: "json" };
const lazy = await import("~/lazy.ts");
export { a, data, lazy, type T };`,
  "app/relative.ts": 'import "../outside/o.ts";',
  "app/slash.ts": 'import "./relative.ts";',
  "app/src/exact.ts": "export type T = 1;",
  "app/elsewhere/d.ts": "",
  "app/commented.ts": "export const a = 1;",
  "app/scoped/s.ts": 'import "inner";',
  "app/scoped/own.ts": "",
  "app/lazy.ts": "",
  "app/data.json": "{}",
  "root/r.ts": "",
  "outside/o.ts": "",
  "packages/one/deno.json": JSON.stringify({
    name: "@local/one",
    version: "1.0.0",
    exports: { ".": "./mod.ts", "./part": "./part.ts" },
    imports: { "~/": "./" },
  }),
  "packages/one/mod.ts": 'import "~/inner.ts";',
  "packages/one/inner.ts": "",
  "packages/one/part.ts": "",
  "packages/two/deno.json": JSON.stringify({ name: "@local/two", exports: "./two.ts" }),
  "packages/two/two.ts": "",
};

Deno.test("the graph is the one that Deno resolves", async () => {
  await withFiles(WORKSPACE, async (folder) => {
    const app = join(folder, "app");
    const entry = join(app, "main.ts");
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: app,
    }).output();
    assert(success);
    const info: { modules: { specifier: string; error?: string }[] } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assertEquals(info.modules.filter(({ error }) => error !== undefined), []);
    const graph = readModuleGraph([entry], app);
    assertEquals(
      [...graph.modules.keys()].sort(),
      info.modules.map(({ specifier }) => fileURLToPath(specifier)).sort(),
    );
    assert([...graph.modules.values()].every(({ isComplete }) => isComplete));
  });
});

Deno.test("an import map in a file of its own is used, and is part of what a contract depends on", async () => {
  const files = {
    "deno.json": '{ "importMap": "./maps/map.json" }',
    "maps/map.json": '{ "imports": { "~/": "../lib/" } }',
    "a.ts": 'import "~/b.ts";',
    "lib/b.ts": "",
  };
  await withFiles(files, async (folder) => {
    const entry = join(folder, "a.ts");
    const graph = readModuleGraph([entry], folder);
    assertEquals([...modulesOf(graph, entry)], [entry, join(folder, "lib/b.ts")]);
    assert(graph.importMap.files.has(join(folder, "maps/map.json")));
    const [before] = contentKeys([entry], folder);
    await write(join(folder, "maps/map.json"), '{ "imports": { "~/": "../other/" } }');
    const [after] = contentKeys([entry], folder);
    assert(before !== undefined && after !== undefined && before !== after);
  });
});

Deno.test("all importers of a changed file depend on it, and a circle ends", async () => {
  const files = {
    "deno.json": "{}",
    "a.ts": 'import "./b.ts";',
    "b.ts": 'import "./c.ts";',
    "c.ts": 'import "./b.ts";',
    "d.ts": "",
  };
  await withFiles(files, (folder) => {
    const [a = "", b = "", c = "", d = ""] = ["a.ts", "b.ts", "c.ts", "d.ts"].map((file) =>
      join(folder, file)
    );
    const graph = readModuleGraph([a, d], folder);
    assertEquals([...dependentsOf(graph, [c])].sort(), [a, b, c]);
    assertEquals([...dependentsOf(graph, [a])], [a]);
    assertEquals([...modulesOf(graph, b)].sort(), [b, c]);
    return Promise.resolve();
  });
});

Deno.test("data that a module names by URL, and files that are not there yet, belong to it", async () => {
  const files = {
    "deno.json": "{}",
    "a.ts": `import "./later.ts";
const text = new URL("./text.txt", import.meta.url);
const url = import.meta.resolve("./data.bin");
export { text, url };`,
  };
  await withFiles(files, (folder) => {
    const entry = join(folder, "a.ts");
    const graph = readModuleGraph([entry], folder);
    assertEquals(
      [...modulesOf(graph, entry)].sort(),
      [entry, ...["data.bin", "later.ts", "text.txt"].map((file) => join(folder, file))],
    );
    return Promise.resolve();
  });
});

Deno.test("a contract has no key when its text does not say all that it reads", async () => {
  const sources = {
    "computed.ts": "await import(name);",
    "file.ts": 'Deno.readTextFileSync("x");',
    "builtin.ts": 'import { readFileSync } from "node:fs";',
    "unknown.ts": 'import "not-in-any-map";',
    "through.ts": 'import "./computed.ts";',
    "package.ts": 'import "npm:leven"; import "jsr:@std/path@1"; import "leven/part";',
  };
  await withFiles(
    { ...sources, "deno.json": '{ "imports": { "leven": "npm:leven@4" } }' },
    (folder) => {
      const files = Object.keys(sources);
      const keys = contentKeys(files.map((file) => join(folder, file)), folder);
      assertEquals(files.filter((_, index) => keys[index] !== undefined), ["package.ts"]);
      return Promise.resolve();
    },
  );
});
