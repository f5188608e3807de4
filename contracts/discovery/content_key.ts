import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "../json/json.ts";
import { frameworkFolder } from "./worker_permissions.ts";

const GAP = String.raw`(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*`;
/** Every import and re-export whose specifier is written out; those in comments do no harm. */
const SPECIFIER = new RegExp(
  String.raw`\b(?:from|import)${GAP}\(?${GAP}(["'])([^"'\\\n]+)\1`,
  "g",
);
/** Imports that are computed or escaped, and other ways to read a file. */
const OPAQUE = new RegExp(
  String.raw`\bimport${GAP}\(${GAP}(?!["'][^"'\\\n]+["'])|` +
    String.raw`\bfrom${GAP}["'][^"'\n]*\\|\bDeno\b|\brequire\b|\beval\b|\bFunction${GAP}\(|` +
    String.raw`\bprocess\b|\bfetch\b`,
);
const PINNED = /^(?:npm:|jsr:|https?:|data:)/;
/** Packages whose code cannot change while this process runs. */
const PACKAGES = /^(?:@qlever-llc\/trellis|@sinclair\/typebox)(?:\/|$)/;
const CONFIGURATIONS = ["deno.json", "deno.jsonc", "import_map.json", "package.json"];

interface Source {
  readonly hash: string;
  /** Absolute paths; undefined when they cannot be told. */
  readonly imports: readonly string[] | undefined;
}

interface Configuration {
  readonly folder: string;
  readonly text: string;
  /** Undefined when it is more than a plain map of names. */
  readonly imports: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A key for each file that changes with its content and that of all local modules that it imports,
 * directly or not; undefined for files whose imports cannot be told from the source.
 *
 * @param paths absolute paths
 * @param root folder of the project, whose configuration maps names to files
 */
export async function contentKeys(
  paths: readonly string[],
  root: string,
): Promise<readonly (string | undefined)[]> {
  const configurations = await readConfigurations(root);
  const shared = configurations.map(({ text }) => text).join("\0");
  const sources = new Map<string, Promise<Source>>();
  const read = (path: string) => {
    const known = sources.get(path) ?? readSource(path, configurations);
    sources.set(path, known);
    return known;
  };
  return await Promise.all(paths.map(async (entry) => {
    const hash = createHash("sha256").update(shared);
    const seen = new Set([entry]);
    for (const path of seen) {
      const source = await read(path);
      if (source.imports === undefined) return undefined;
      hash.update("\0").update(path).update("\0").update(source.hash);
      for (const imported of source.imports) seen.add(imported);
    }
    return hash.digest("base64url");
  }));
}

async function readSource(
  path: string,
  configurations: readonly Configuration[],
): Promise<Source> {
  // A module that is not there yet is a change once it is.
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return { hash: "", imports: [] };
  const hash = createHash("sha256").update(text).digest("base64url");
  if (OPAQUE.test(text)) return { hash, imports: undefined };
  const imports: string[] = [];
  for (const [, , specifier = ""] of text.matchAll(SPECIFIER)) {
    const target = locate(specifier, path, configurations);
    if (target === "unknown") return { hash, imports: undefined };
    if (target !== undefined) imports.push(target);
  }
  return { hash, imports };
}

/** The local file behind a specifier; undefined for packages, whose versions are pinned. */
function locate(
  specifier: string,
  importer: string,
  configurations: readonly Configuration[],
): string | "unknown" | undefined {
  if (PINNED.test(specifier)) return undefined;
  if (specifier.startsWith("file:")) return local(fileURLToPath(specifier));
  if (/^\.{0,2}\//.test(specifier)) return local(resolve(dirname(importer), specifier));
  for (const { folder, imports } of configurations) {
    if (imports === undefined) return "unknown";
    const name = Object.keys(imports).filter((key) =>
      key === specifier || (key.endsWith("/") && specifier.startsWith(key))
    ).sort((a, b) =>
      b.length - a.length
    )[0];
    if (name === undefined) continue;
    const target = imports[name];
    if (typeof target !== "string") return "unknown";
    if (PINNED.test(target)) return undefined;
    if (!/^\.{1,2}\//.test(target)) return "unknown";
    return local(join(folder, target, specifier.slice(name.length)));
  }
  return PACKAGES.test(specifier) ? undefined : "unknown";
}

function local(path: string): string | undefined {
  const root = frameworkFolder;
  if (root === undefined || !path.startsWith(root)) return path;
  // A project inside a checkout of the framework is not part of it.
  return /^(?:contracts|reconcile|runtime|cli)[\\/]|^mod\.ts$/.test(path.slice(root.length))
    ? undefined
    : path;
}

/** Configurations from the project's folder upwards, nearest first. */
async function readConfigurations(root: string): Promise<readonly Configuration[]> {
  const folders = [root];
  for (let at = root; dirname(at) !== at; at = dirname(at)) folders.push(dirname(at));
  const found = await Promise.all(
    folders.flatMap((folder) =>
      CONFIGURATIONS.map(async (name) => {
        const text = await readFile(folder + sep + name, "utf8").catch(() => undefined);
        return text === undefined ? [] : [{ folder, text, imports: mapOf(text, name) }];
      })
    ),
  );
  return found.flat();
}

function mapOf(text: string, name: string): Readonly<Record<string, unknown>> | undefined {
  const string = String.raw`("(?:\\.|[^"\\])*")`;
  const plain = text.replaceAll(new RegExp(`${string}|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, "g"), "$1")
    .replaceAll(new RegExp(`${string}|,(?=\\s*[}\\]])`, "g"), "$1");
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value.scopes !== undefined || value.importMap !== undefined) {
    return undefined;
  }
  if (name !== "package.json") return isRecord(value.imports) ? value.imports : {};
  // Local folders among the dependencies are not followed.
  const dependencies = isRecord(value.dependencies) ? value.dependencies : {};
  return Object.fromEntries(
    Object.entries(dependencies).flatMap(([key, version]) => {
      const target = /^(?:file|link|workspace):/.test(String(version)) ? null : `npm:${key}`;
      return [[key, target], [`${key}/`, target]];
    }),
  );
}
