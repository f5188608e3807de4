import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { NPM_EXPORTS, packageJson } from "./package_json.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TYPESCRIPT = "7.0.2";
/** The types of what Node offers. */
const NODE_TYPES = { "@types/node": "22.20.7" };

/** A package for npm, and what it was compiled with. */
export interface BuiltPackage extends AsyncDisposable {
  /** Compiles a project with the same compiler; answers what it says, "" when all is well. */
  compile(folder: string): Promise<string>;
  /** Packages with types that projects may want. */
  readonly types: string;
}

/**
 * Builds the package for npm in a folder: each module as JavaScript, with its types beside it. Types were checked
 * before.
 */
export async function buildPackage(folder: string): Promise<BuiltPackage> {
  const staging = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-npm-" }));
  try {
    const { files, specifiers } = await modulesOf(NPM_EXPORTS.map((path) => entry(path)), staging);
    const manifest = packageJson(configuration, specifiers);
    await writeJson(join(staging, "package.json"), { ...manifest, devDependencies: NODE_TYPES });
    await run(["install", "--quiet"], staging);
    await Promise.all(files.map((file) => copy(join(ROOT, file), join(staging, "src", file))));
    await writeJson(join(staging, "tsconfig.json"), {
      compilerOptions: { ...OPTIONS, rootDir: "src", outDir: folder },
      files: NPM_EXPORTS.map((path) => join("src", entry(path))),
    });
    const said = await compile(staging);
    if (said !== "") throw new Error(said);
    for (const file of files) await renameTypes(join(folder, file.replace(/\.ts$/, ".d.ts")));
    await writeJson(join(folder, "package.json"), manifest);
    for (const file of ["README.md", "LICENSE"]) await copy(join(ROOT, file), join(folder, file));
    return {
      compile,
      types: join(staging, "node_modules", "@types"),
      [Symbol.asyncDispose]: () => Deno.remove(staging, { recursive: true }),
    };
  } catch (error) {
    await Deno.remove(staging, { recursive: true });
    throw error;
  }
}

const OPTIONS = {
  module: "nodenext",
  target: "es2022",
  lib: ["es2024", "esnext", "dom", "dom.iterable", "dom.asynciterable"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  noCheck: true,
};

function entry(path: typeof NPM_EXPORTS[number]): string {
  return configuration.exports[path];
}

/** The files behind entries, relative to the project, and everything else that these import. */
async function modulesOf(
  entries: readonly string[],
  staging: string,
): Promise<{ readonly files: readonly string[]; readonly specifiers: ReadonlySet<string> }> {
  const all = join(staging, "all.ts");
  const lines = entries.map((file) => `import "${pathToFileURL(join(ROOT, file))}";`);
  await Deno.writeTextFile(all, lines.join("\n"));
  const config = join(ROOT, "deno.json");
  const { modules }: Graph = JSON.parse(
    await run(["info", "--json", "--config", config, all], staging),
  );
  const own = modules.filter(({ local }) => local?.startsWith(ROOT) && local.endsWith(".ts"));
  const specifiers = own.flatMap(({ dependencies = [] }) =>
    dependencies.map(({ specifier }) => specifier)
  );
  return {
    files: own.map(({ local = "" }) => relative(ROOT, local)),
    specifiers: new Set(specifiers),
  };
}

/** What `deno info --json` answers, as far as it is read. */
interface Graph {
  readonly modules: readonly {
    readonly local?: string;
    readonly dependencies?: readonly { readonly specifier: string }[];
  }[];
}

/** The compiler renames what modules import, and leaves what types import. */
async function renameTypes(file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const renamed = text.replaceAll(/((?:from|import) ?\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"');
  if (renamed !== text) await Deno.writeTextFile(file, renamed);
}

async function compile(project: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-config",
      `npm:typescript@${TYPESCRIPT}/tsc`,
      "-p",
      project,
    ],
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return success ? "" : said.trim() || "the compiler failed";
}

async function run(args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
  }).output();
  if (!success) throw new Error(`deno ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function writeJson(file: string, value: object): Promise<void> {
  await Deno.writeTextFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
