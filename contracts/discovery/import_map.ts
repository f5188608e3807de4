import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isRecord } from "../json/json.ts";
import { parseJsonc } from "./jsonc.ts";
import { PROJECT_FILES } from "./nearest_config.ts";
import { namesIn, textOf } from "./read_files.ts";
import { frameworkFolder } from "./evaluation_permissions.ts";

/** What an import stands for: a local file, a package whose version is fixed, or neither. */
export type ImportTarget = { readonly path: string } | "package" | "unknown";

/** URLs by the names that stand for them; undefined where that is no URL. */
type Targets = ReadonlyMap<string, string | undefined>;

const PINNED = /^(?:npm:|jsr:|https?:|data:)/;
const RELATIVE = /^\.{0,2}\//;
/** Packages whose code cannot change while this process runs. */
const FRAMEWORK = /^(?:@qlever-llc\/trellis|@sinclair\/typebox)(?:[@/]|$)/;
const FRAMEWORK_FILES = /^(?:contracts|reconcile|runtime|cli)[\\/]|^mod\.ts$/;
/** A package, its version, and the part of it that is imported. */
const PACKAGE = /^((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?(?:\/(.*))?$/;

/**
 * What the names in the imports of a project stand for, by `imports`, `scopes`, `importMap`, `links`
 * and the members of the workspace, in the configurations of its folder and of those above it.
 */
export class ImportMap {
  /** The configuration files that hold, and those of the project's folder that would. */
  readonly files = new Set<string>();
  /** Their texts. */
  readonly texts: string[] = [];
  /** Innermost scope first, then the nearest folder; the scope "" is every importer. */
  readonly #names: readonly { readonly scope: string; readonly targets: Targets }[];
  /** Folders and exports of local packages, by name. */
  readonly #packages = new Map<string, { readonly folder: string; readonly exports: unknown }>();

  /** Reads the configurations of a project. */
  constructor(root: string) {
    const names: { readonly scope: string; readonly targets: Targets }[] = [];
    for (const folder of [root, ...parentsOf(root)]) {
      if (folder === root) {
        for (const name of PROJECT_FILES) {
          this.files.add(join(root, name));
        }
      }
      const config = this.#readDenoJson(folder);
      if (config !== undefined) names.push(...this.#namesIn(config, ""));
      names.push({ scope: "", targets: dependenciesIn(this.#read(join(folder, "package.json"))) });
      for (const member of membersOf(config, folder)) {
        const scope = pathToFileURL(join(member, "/")).href;
        const found = member === root ? undefined : this.#readDenoJson(member);
        if (found !== undefined) names.push(...this.#namesIn(found, scope));
      }
    }
    this.#names = names.sort((a, b) => b.scope.length - a.scope.length);
  }

  /** What an import in the file `importer`, an absolute path, stands for. */
  resolve(specifier: string, importer: string): ImportTarget {
    const from = pathToFileURL(importer).href;
    const key = RELATIVE.test(specifier) ? new URL(specifier, from).href : specifier;
    for (const { scope, targets } of this.#names) {
      const name = from.startsWith(scope) ? longestMatch(targets.keys(), key) : undefined;
      if (name === undefined) continue;
      const target = targets.get(name);
      return target === undefined ? "unknown" : this.#targetOf(target + key.slice(name.length));
    }
    return this.#targetOf(key);
  }

  #targetOf(url: string): ImportTarget {
    if (url.startsWith("file:")) return localTarget(fileURLToPath(url));
    const name = url.replace(/^jsr:\/?/, "");
    if (FRAMEWORK.test(name)) return "package";
    const [, packageName = "", part = ""] = PACKAGE.exec(name) ?? [];
    const found = this.#packages.get(packageName);
    if (found === undefined) return PINNED.test(url) ? "package" : "unknown";
    const exports = isRecord(found.exports) ? found.exports : { ".": found.exports };
    const file = exports[part === "" ? "." : `./${part}`];
    return typeof file === "string" ? localTarget(join(found.folder, file)) : "unknown";
  }

  #read(path: string): Config | undefined {
    const text = textOf(path);
    if (text === undefined) return undefined;
    this.files.add(path);
    this.texts.push(text);
    return { map: parseJsonc(text) ?? {}, path };
  }

  #readDenoJson(folder: string): Config | undefined {
    const config = this.#read(join(folder, "deno.json")) ?? this.#read(join(folder, "deno.jsonc"));
    const { name, exports } = config?.map ?? {};
    if (typeof name === "string") this.#packages.set(name, { folder, exports });
    return config;
  }

  #namesIn({ map, path }: Config, scope: string): readonly { scope: string; targets: Targets }[] {
    const base = pathToFileURL(path).href;
    if (typeof map.importMap === "string" && map.imports === undefined) {
      const file = fileURLToPath(new URL(map.importMap, base));
      this.files.add(file);
      const own = this.#read(file);
      return own === undefined
        ? []
        : this.#namesIn({ ...own, map: { ...own.map, importMap: null } }, scope);
    }
    const scopes = Object.entries(isRecord(map.scopes) ? map.scopes : {});
    return [
      ...scopes.map(([at, imports]) => ({
        scope: new URL(at, base).href,
        targets: targetsIn(imports, base),
      })),
      { scope, targets: targetsIn(map.imports, base) },
    ];
  }
}

interface Config {
  readonly map: Readonly<Record<string, unknown>>;
  readonly path: string;
}

function parentsOf(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...parentsOf(parent)];
}

function longestMatch(keys: Iterable<string>, specifier: string): string | undefined {
  let longest: string | undefined;
  for (const key of keys) {
    if (key !== specifier && !(key.endsWith("/") && specifier.startsWith(key))) continue;
    if (longest === undefined || key.length > longest.length) longest = key;
  }
  return longest;
}

function targetsIn(imports: unknown, base: string): Targets {
  const targets = new Map<string, string | undefined>();
  for (const [key, target] of Object.entries(isRecord(imports) ? imports : {})) {
    const name = RELATIVE.test(key) ? new URL(key, base).href : key;
    const isUrl = typeof target === "string" && /^\.{0,2}\/|^[a-z]+:/.test(target);
    if (isUrl && /^(?:npm|jsr):/.test(target)) {
      // Deno lets the parts of a package be imported by its name, too.
      targets.set(name, target).set(`${name}/`, `${target}/`);
    } else targets.set(name, isUrl ? new URL(target, base).href : undefined);
  }
  return targets;
}

/** The npm packages of a package.json; local folders among them are not followed. */
function dependenciesIn(config: Config | undefined): Targets {
  const dependencies = config?.map.dependencies;
  const targets = new Map<string, string | undefined>();
  for (const [name, version] of Object.entries(isRecord(dependencies) ? dependencies : {})) {
    const isLocal = /^(?:file|link|workspace):/.test(String(version));
    targets.set(name, isLocal ? undefined : `npm:${name}`);
    targets.set(`${name}/`, isLocal ? undefined : `npm:${name}/`);
  }
  return targets;
}

/** The folders of a workspace and of links, `packages/*` among them. */
function membersOf(config: Config | undefined, folder: string): readonly string[] {
  const { workspace, links } = config?.map ?? {};
  return [isRecord(workspace) ? workspace.members : workspace, links]
    .flatMap((list) => Array.isArray(list) ? list : [])
    .filter((entry) => typeof entry === "string")
    .flatMap((entry) => {
      if (!entry.endsWith("/*")) return [join(folder, entry, ".")];
      const parent = join(folder, entry.slice(0, -1));
      return namesIn(parent).map((name) => join(parent, name));
    });
}

function localTarget(path: string): ImportTarget {
  const isFramework = frameworkFolder !== undefined && path.startsWith(frameworkFolder) &&
    // A project inside a checkout of the framework is not part of it.
    FRAMEWORK_FILES.test(path.slice(frameworkFolder.length));
  return isFramework ? "package" : { path };
}
