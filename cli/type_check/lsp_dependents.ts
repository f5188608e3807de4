import { fileURLToPath } from "node:url";
import { isRecord } from "../../contracts/json/json.ts";
import { documentUri } from "./lsp_documents.ts";
import { configurationOf } from "./lsp_configuration.ts";

/** Importers of each file, by absolute path. */
export type Importers = ReadonlyMap<string, ReadonlySet<string>>;

/** Below this many files, checking all of them is faster than asking which ones to check. */
const SMALL_PROJECT = 40;
/** A graph this many changed files old is read again, or else ever more files would be checked. */
const STALE_AFTER = 12;

/**
 * Which files a change can affect. The import graph is read in the background and may be older than
 * the files: what changed since then counts as changed now, so that a new import of a changed
 * file, which the graph does not know, is never missed.
 */
export class LspDependents {
  readonly #read: (files: readonly string[]) => Promise<Importers | undefined>;
  #importers: Importers | undefined;
  #changedSince = new Set<string>();
  #changedWhileReading: Set<string> | undefined;
  #reading: Promise<void> = Promise.resolve();

  /** @param read reads the graph of all given files; undefined when it cannot be told */
  constructor(read: (files: readonly string[]) => Promise<Importers | undefined>) {
    this.#read = read;
  }

  /** Those of `files` whose types may differ now that `changed` changed; all when in doubt. */
  affected(files: readonly string[], changed: ReadonlySet<string>): readonly string[] {
    for (const path of changed) {
      this.#changedSince.add(path);
      this.#changedWhileReading?.add(path);
    }
    if (changed.size === 0) return [];
    const importers = this.#importers;
    if (importers === undefined || files.length <= SMALL_PROJECT) return files;
    const reached = dependentsOf(importers, this.#changedSince);
    return files.filter((path) => reached.has(path));
  }

  /** Resolves when nothing is being read any more. */
  get settled(): Promise<void> {
    return this.#reading;
  }

  /** Reads the graph again in the background when that is due. Call it after an answer. */
  refresh(files: readonly string[]): void {
    if (files.length <= SMALL_PROJECT || this.#changedWhileReading !== undefined) return;
    if (this.#importers !== undefined && this.#changedSince.size < STALE_AFTER) return;
    const changed = this.#changedWhileReading = new Set();
    this.#reading = this.#read(files).catch(() => undefined).then((importers) => {
      this.#changedWhileReading = undefined;
      if (importers === undefined) return;
      this.#importers = importers;
      this.#changedSince = changed;
    });
  }
}

/** `changed` and everything that imports it, directly or not. */
export function dependentsOf(
  importers: Importers,
  changed: Iterable<string>,
): ReadonlySet<string> {
  const reached = new Set<string>(changed);
  for (const path of reached) {
    for (const importer of importers.get(path) ?? []) reached.add(importer);
  }
  return reached;
}

/** Where and how to ask for the import graph. */
export interface ReadImportersOptions {
  /** The Deno executable. */
  readonly denoPath: string;
  /** The project's folder. */
  readonly projectDir: string;
  /** Ends the child. */
  readonly signal: AbortSignal;
}

/** Reads the import graph of `files` as Deno itself resolves it; undefined when it cannot. */
export async function readImporters(
  files: readonly string[],
  options: ReadImportersOptions,
): Promise<Importers | undefined> {
  // Deno tells the graph of one root only. Packages are left out: no network, and they do not change.
  const root = await Deno.makeTempFile({ prefix: "trellis-imports-", suffix: ".ts" });
  try {
    const lines = files.map((path) => `import ${JSON.stringify(documentUri(path))};\n`);
    await Deno.writeTextFile(root, lines.join(""));
    const configPath = await configurationOf(options.projectDir);
    const config = configPath === undefined ? [] : ["--config", configPath];
    const output = await new Deno.Command(options.denoPath, {
      args: ["info", "--json", "--no-lock", "--no-remote", "--no-npm", ...config, root],
      cwd: options.projectDir,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: options.signal,
    }).output();
    if (!output.success) return undefined;
    return importersIn(JSON.parse(new TextDecoder().decode(output.stdout)));
  } finally {
    await Deno.remove(root);
  }
}

function importersIn(info: unknown): Importers | undefined {
  if (!isRecord(info) || !Array.isArray(info.modules)) return undefined;
  const importers = new Map<string, Set<string>>();
  for (const module of info.modules) {
    if (!isRecord(module) || !Array.isArray(module.dependencies)) continue;
    const importer = pathOf(module.specifier);
    if (importer === undefined) continue;
    for (const target of module.dependencies.flatMap(targetsOf)) {
      const known = importers.get(target);
      if (known === undefined) importers.set(target, new Set([importer]));
      else known.add(importer);
    }
  }
  return importers;
}

function targetsOf(dependency: unknown): readonly string[] {
  if (!isRecord(dependency)) return [];
  return [dependency.code, dependency.type].flatMap((resolved) => {
    const path = isRecord(resolved) ? pathOf(resolved.specifier) : undefined;
    return path === undefined ? [] : [path];
  });
}

function pathOf(specifier: unknown): string | undefined {
  if (typeof specifier !== "string" || !specifier.startsWith("file:")) return undefined;
  return fileURLToPath(specifier);
}
