import { join } from "node:path";
import { fileURLToPath } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { buildPackage } from "../npm/build_package.ts";

/** A project in Node that has installed the package, and whose program runs the checks. */
export interface InstalledPackage extends AsyncDisposable {
  /** The program, compiled. */
  readonly main: string;
  /** Installs another package of npm beside it, and answers where its programs are. */
  install(name: string): Promise<string>;
}

/** What the program is made of, here. */
const SOURCES = ["node_main.ts", "checks.ts", "echo_contract.ts"];
/** A mistake that the types of the package have to find. */
const MISTAKEN = `import { TrellisClient } from "${configuration.name}/node";
import { app } from "./echo_contract.ts";

const client = await TrellisClient.connect({ contract: app }).orThrow();
await client.rpc.echo.say({ text: 1 });
`;
const FOUND = "mistaken.ts(5,29): error TS2322: Type 'number' is not assignable to type 'string'.";
/** What these import of the package, as they find it here and as others do. */
const NAMES = { "../../node.ts": "/node", "../../client.ts": "/client" };

const QUIETLY = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];

/** As strict as a project may be, the types of the package included. */
const STRICT = {
  module: "nodenext",
  target: "es2022",
  lib: ["es2024", "dom"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  skipLibCheck: false,
  rewriteRelativeImportExtensions: true,
  rootDir: "src",
  outDir: "out",
};

/**
 * Packs the package for npm, installs the archive as `npm install` does, and compiles a program that uses it. Throws
 * for whatever the compiler has to say, but for the one mistake that it must find.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const dir = await Deno.makeTempDir({ prefix: "trellis-package-" });
  const [built, folder] = [join(dir, "built"), join(dir, "project")];
  await Deno.mkdir(built);
  await Deno.mkdir(join(folder, "src"), { recursive: true });
  try {
    await using made = await buildPackage(built);
    const archive = await npm(["pack", "--silent", "--pack-destination", dir], built);
    await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
    await npm(["install", ...QUIETLY, join(dir, archive.trim())], folder);
    await Deno.symlink(await Deno.realPath(join(made.types, "node")), await typesIn(folder));
    for (const source of SOURCES) {
      const text = await Deno.readTextFile(fileURLToPath(new URL(source, import.meta.url)));
      await Deno.writeTextFile(join(folder, "src", source), withNames(text));
    }
    await Deno.writeTextFile(join(folder, "src", "mistaken.ts"), MISTAKEN);
    const project = { compilerOptions: STRICT, include: ["src"] };
    await Deno.writeTextFile(join(folder, "tsconfig.json"), JSON.stringify(project));
    const said = await made.compile(folder);
    if (!said.endsWith(FOUND) || said.includes("\n")) {
      throw new Error(said || "it found no mistake");
    }
  } catch (error) {
    await Deno.remove(dir, { recursive: true });
    throw error;
  }
  return {
    async install(name) {
      const other = await Deno.makeTempDir({ dir });
      await Deno.writeTextFile(join(other, "package.json"), "{}");
      await npm(["install", ...QUIETLY, name], other);
      return join(other, "node_modules", ".bin");
    },
    main: join(folder, "out", "node_main.js"),
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

function withNames(text: string): string {
  return Object.entries(NAMES).reduce(
    (changed, [here, there]) => changed.replaceAll(`"${here}"`, `"${configuration.name}${there}"`),
    text,
  );
}

/** Where a project looks for the types of Node. */
async function typesIn(folder: string): Promise<string> {
  const types = join(folder, "node_modules", "@types");
  await Deno.mkdir(types, { recursive: true });
  return join(types, "node");
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("npm", { args: [...args], cwd })
    .output();
  if (!success) throw new Error(`npm ${args.join(" ")}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
