import { readdir, readFile, realpath } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join, relative, resolve, sep } from "node:path";
import type { ContractProblem } from "./contract_problem.ts";
import { type EvaluatedFile, evaluateFile } from "./evaluate_file.ts";
import { localModules } from "./local_modules.ts";
import type { ContractKind, ContractManifest } from "./manifest.ts";
import { manifestDigest } from "./projection.ts";
import { findCollisions } from "./surface_collisions.ts";

export type { ContractProblem, ContractProblemCode } from "./contract_problem.ts";

/** A contract found in a project. */
export interface DiscoveredContract {
  readonly id: string;
  readonly kind: ContractKind;
  readonly digest: string;
  readonly manifest: ContractManifest;
  /** Relative to the project, with slashes. */
  readonly file: string;
}

/** What was found, and everything that is wrong with the rest. */
export interface Discovery {
  /** Sorted by id. */
  readonly contracts: readonly DiscoveredContract[];
  readonly problems: readonly ContractProblem[];
}

/** How files are evaluated. */
export interface DiscoverOptions {
  /** Milliseconds that one file may take; 5000 unless given. */
  readonly timeoutMs?: number;
  /** Remembers files that have not changed. */
  readonly cache?: DiscoveryCache;
  readonly signal?: AbortSignal;
}

/** What earlier discoveries found, by the content of a file and of all it imports locally. */
export type DiscoveryCache = Map<string, { readonly key: string; readonly found: EvaluatedFile }>;

/** A cache for repeated discoveries of one process. */
export function createDiscoveryCache(): DiscoveryCache {
  return new Map();
}

const TIMEOUT_MS = 5000;
/** Workers at a time; each is a thread. */
const WORKERS = 2;

/**
 * Evaluates every file in a project's `contracts/`. A file with a problem does not stop the others.
 *
 * @param options the project's directory, and how to evaluate
 */
export async function discoverContracts(
  options: DiscoverOptions & { readonly project: string },
): Promise<Discovery> {
  const root = resolve(options.project);
  const folder = join(root, "contracts");
  let names: readonly string[];
  try {
    names = (await readdir(folder)).filter(isContractFile).sort();
  } catch {
    return { contracts: [], problems: [about("no_contracts_folder", NO_FOLDER)] };
  }
  if (names.length === 0) return { contracts: [], problems: [about("empty", NO_FILES)] };
  const paths = names.map((name) => join(folder, name));
  return await discover(paths, await realpath(root), root, options);
}

/** Evaluates the files that are named, wherever they are. */
export function discoverFiles(
  files: readonly string[],
  options: DiscoverOptions = {},
): Promise<Discovery> {
  return discover(files.map((file) => resolve(file)), undefined, resolve("."), options);
}

async function discover(
  paths: readonly string[],
  boundary: string | undefined,
  root: string,
  options: DiscoverOptions,
): Promise<Discovery> {
  const results = new Array<EvaluatedFile>(paths.length);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < paths.length; i = next++) {
      const path = paths[i] ?? "";
      results[i] = await evaluateCached(path, display(root, path), boundary, options);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const contracts = paths.flatMap((path, i): readonly DiscoveredContract[] => {
    const manifest = results[i]?.manifest;
    if (manifest === undefined) return [];
    const { id, kind } = manifest;
    return [{ id, kind, digest: manifestDigest(manifest), manifest, file: display(root, path) }];
  });
  const collisions = findCollisions(contracts);
  const colliding = new Set(collisions.map(({ file }) => file));
  return {
    contracts: contracts.filter(({ file }) => !colliding.has(file))
      .sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    problems: [...results.flatMap(({ problems }) => [...problems]), ...collisions],
  };
}

async function evaluateCached(
  path: string,
  file: string,
  boundary: string | undefined,
  options: DiscoverOptions,
): Promise<EvaluatedFile> {
  const outside = await leaves(path, boundary);
  if (outside !== undefined) {
    const fix = "put the file itself into contracts/";
    return { problems: [{ file, code: "unreadable", path: "", message: outside, fix }] };
  }
  const key = await contentKey(path);
  const known = options.cache?.get(path);
  if (known?.key === key) return known.found;
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  const found = await evaluateFile({ path, file, timeoutMs, signal });
  options.cache?.set(path, { key, found });
  return found;
}

/** Why a file may not be read, if so: it is not there, or it is a link that leaves the project. */
async function leaves(path: string, boundary: string | undefined): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    if (boundary === undefined || real.startsWith(boundary + sep)) return undefined;
    return "is a link that leaves the project";
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Changes when the file, or a local module that it is made of, changes. */
async function contentKey(path: string): Promise<string> {
  const hash = createHash("sha256");
  for (const module of await localModules(path)) {
    hash.update(module).update("\0").update(await readFile(module).catch(() => "")).update("\0");
  }
  return hash.digest("base64url");
}

function isContractFile(name: string): boolean {
  return name.endsWith(".ts") && !name.endsWith("_test.ts") && !name.endsWith(".d.ts") &&
    !name.startsWith("_") && !name.startsWith(".");
}

function display(root: string, path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

const NO_FOLDER = "there is no contracts/ folder";
const NO_FILES = "contracts/ has no contract file";

function about(code: "no_contracts_folder" | "empty", message: string): ContractProblem {
  const fix = "add contracts/<name>.ts with: export default defineServiceContract(…)";
  return { file: "", code, path: "", message, fix };
}
