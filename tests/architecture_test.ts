import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

interface Module {
  /** Relative to the project. */
  readonly file: string;
  /** What it imports: project files, and bare specifiers as written. */
  readonly imports: readonly {
    readonly specifier: string;
    readonly file: string | undefined;
    /** False when it is imported for its types alone. */
    readonly runs: boolean;
  }[];
}

interface DenoInfo {
  readonly modules: readonly {
    readonly local?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

async function readModules(entries: readonly string[]): Promise<readonly Module[]> {
  const modules = new Map<string, Module>();
  for (const entry of entries) {
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: ROOT,
    }).output();
    assert(success);
    const info: DenoInfo = JSON.parse(new TextDecoder().decode(stdout));
    for (const { local, dependencies = [] } of info.modules) {
      const file = local === undefined ? undefined : inProject(local);
      if (file === undefined) continue;
      const imports = dependencies.map(({ specifier, code, type }) => {
        const target = code?.specifier ?? type?.specifier ?? "";
        return {
          specifier,
          runs: code !== undefined,
          file: target.startsWith("file:") ? inProject(fileURLToPath(target)) : undefined,
        };
      });
      modules.set(file, { file, imports });
    }
  }
  return [...modules.values()];
}

function inProject(path: string): string | undefined {
  const file = relative(ROOT, path).replaceAll("\\", "/");
  return file.startsWith("..") || file.startsWith("links/") ? undefined : file;
}

/** Which layers each layer may import, itself included. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  contracts: ["contracts"],
  "runtime/nats": ["runtime/nats", "contracts"],
  reconcile: ["reconcile", "runtime/nats", "contracts"],
  runtime: ["runtime", "runtime/nats", "contracts"],
  cli: ["cli", "reconcile", "runtime", "runtime/nats", "contracts", "deno.json"],
  "mod.ts": ["runtime", "contracts"],
  "client.ts": ["runtime", "contracts"],
  "node.ts": ["client.ts", "runtime", "contracts"],
};

function layerOf(file: string): string {
  return file.startsWith("runtime/nats/") ? "runtime/nats" : file.split("/")[0] ?? "";
}

const modules = await readModules([
  "mod.ts",
  "client.ts",
  "node.ts",
  "cli/main.ts",
  "cli/testing/mod.ts",
  "cli/replay/replay_worker.ts",
  "cli/workers/service_worker.ts",
  "contracts/discovery/evaluation_main.ts",
]);

Deno.test("the layers import in one direction", () => {
  const wrong = modules.flatMap(({ file, imports }) => {
    const allowed = LAYERS[layerOf(file)];
    if (allowed === undefined) return file === "deno.json" ? [] : [`${file} is in no layer`];
    return imports.flatMap((to) => to.file ?? [])
      .filter((to) => !allowed.includes(layerOf(to)))
      .map((to) => `${file} imports ${to}`);
  });
  assertEquals(wrong, []);
});

Deno.test("no circle between files", () => {
  const edges = modules.flatMap(({ file, imports }) =>
    imports.flatMap((to) => to.file === undefined || to.file === file ? [] : [[file, to.file]])
  );
  assertEquals(inCircles(edges), []);
});

Deno.test("no circle between folders", () => {
  const edges = modules.flatMap(({ file, imports }) =>
    imports.flatMap((to) =>
      to.file === undefined || dirname(to.file) === dirname(file)
        ? []
        : [[dirname(file), dirname(to.file)]]
    )
  );
  assertEquals(inCircles(edges), []);
});

/** The edges that are left when everything that leads into no circle, or out of one, is taken away. */
function inCircles(edges: readonly (readonly string[])[]): readonly string[] {
  let left = edges;
  for (;;) {
    const from = new Set(left.map(([start]) => start));
    const to = new Set(left.map(([, end]) => end));
    const kept = left.filter(([start, end]) => to.has(start) && from.has(end));
    if (kept.length === left.length) break;
    left = kept;
  }
  return [...new Set(left.map(([start, end]) => `${start} imports ${end}`))].sort();
}

Deno.test("no folder holds more than 30 files", () => {
  const crowded: string[] = [];
  const folders = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let files = 0;
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
        folders.push(`${folder}/${name}`);
      }
      if (name.endsWith(".ts")) files++;
    }
    if (files > 30) crowded.push(`${relative(ROOT, folder)}: ${files} files`);
  }
  assertEquals(crowded, []);
});

Deno.test("only the NATS adapters import @nats-io", () => {
  const wrong = modules.filter(({ file, imports }) =>
    !file.includes("/nats/") && imports.some(({ specifier }) => specifier.startsWith("@nats-io/"))
  ).map(({ file }) => file);
  assertEquals(wrong, []);
});

Deno.test("what only tests use is imported by nothing else", () => {
  const forTests = /^(?:ajv-formats|axe-core|fast-check|oidc-provider|playwright-core)(?:\/|$)/;
  const wrong = modules.filter(({ imports }) =>
    imports.some(({ specifier }) => forTests.test(specifier))
  ).map(({ file }) => file);
  assertEquals(wrong, []);
});

Deno.test("only the command line touches the process", async () => {
  // The environment is where a service or a client finds its server when nothing hosts it.
  const exceptions = ["runtime/host/deno_variables.ts", "runtime/host/node_host.ts"];
  const wrong: string[] = [];
  for (const { file } of modules) {
    if (file.startsWith("cli/") || exceptions.includes(file) || !file.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    if (/\bDeno\.(?:exit|args|env)\b|\bprocess\.(?:exit|argv|env)\b/.test(text)) wrong.push(file);
  }
  assertEquals(wrong, []);
});

Deno.test("files are small enough to be read", async () => {
  const long: string[] = [];
  for (const { file } of modules) {
    const lines = (await Deno.readTextFile(`${ROOT}/${file}`)).split("\n").length;
    if (lines > 450) long.push(`${file}: ${lines} lines`);
  }
  assertEquals(long, []);
});

/** What does not run everywhere, and where it may stand because it is asked first whether it is there. */
const NOT_EVERYWHERE: readonly { readonly use: RegExp; readonly asked?: string }[] = [
  { use: /\bDeno\.|\bprocess\.|\bBuffer\b\./ },
  { use: /\bPromise\.(?:withResolvers|try)\b|\b(?:Map|Object)\.groupBy\b|\bArray\.fromAsync\b/ },
  { use: /\.(?:to|from)(?:Base64|Hex)\(/ },
  { use: /\breportError\b/, asked: "runtime/nats/report_uncaught.ts" },
  { use: /\beval\(|\bnew Function\b/ },
  { use: /^\s*(?:await )?using /m },
  // Brings all of TypeBox; `import * as Type` brings what is used.
  { use: /^import \{[^}]*\bType\b[^}]*\} from "@sinclair\/typebox";$/m },
];

/**
 * What runs in one place only, makes code at run time, which a page's policy may forbid, or is too large for a
 * page.
 */
const NOT_PORTABLE = /^node:|^@nats-io\/|^(?:ajv\/.*|ajv|leven|zod)$/;

Deno.test("what pages import runs everywhere", async () => {
  const byFile = new Map(modules.map((module) => [module.file, module]));
  const files = new Set(["client.ts", "contracts/platform/auth_sdk.ts"]);
  const wrong: string[] = [];
  for (const file of files) {
    const imports = byFile.get(file)?.imports.filter(({ runs }) => runs) ?? [];
    for (const { specifier, file: to } of imports) {
      if (to !== undefined) files.add(to);
      else if (NOT_PORTABLE.test(specifier)) wrong.push(`${file} imports ${specifier}`);
    }
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    for (const { use, asked } of NOT_EVERYWHERE) {
      const [found] = asked === file ? [] : use.exec(text) ?? [];
      if (found !== undefined) wrong.push(`${file} uses ${found}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("what is published declares itself what it uses of a page", async () => {
  // Types of pages hold for all files of a check, and an example has a page.
  const wrong: string[] = [];
  for (const { file } of modules) {
    // Scripts that pages load.
    if (file.endsWith(".js")) continue;
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    for (const [, name] of text.matchAll(/(?<![.\w])(document|indexedDB|window)\??\.\w/g)) {
      if (!new RegExp(`\\bconst ${name}\\b`).test(text)) wrong.push(`${file} uses ${name}`);
    }
  }
  assertEquals(wrong, []);
});
