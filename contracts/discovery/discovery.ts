import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ContractProblem } from "./contract_problem.ts";
import { denoDiscovery } from "./deno_discovery.ts";
import type { DiscoveredContract } from "./discovered_contract.ts";
import type { DiscoveryPort } from "./discovery_port.ts";
import { type EvaluatedFile, readEvaluation } from "./read_evaluation.ts";
import type { SpareProcess } from "./spare_process.ts";
import { findCollisions } from "./surface_collisions.ts";

export type { ContractProblem, ContractProblemCode } from "./contract_problem.ts";
export type { DiscoveredContract } from "./discovered_contract.ts";

/** What was found, and everything that is wrong with the rest. */
export interface Discovery {
  /** Sorted by id. */
  readonly contracts: readonly DiscoveredContract[];
  /** A file that is named here has no contract above. */
  readonly problems: readonly ContractProblem[];
}

/** How files are evaluated. */
export interface DiscoverOptions {
  /** Milliseconds that one file may take; 10000 unless given. */
  readonly timeoutMs?: number;
  /** Remembers files that have not changed. */
  readonly cache?: DiscoveryCache;
  /** A process that is ready to evaluate; for those that discover again and again. */
  readonly spare?: SpareProcess;
  /** Ends the discovery, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Further folders that contracts may import from, as the root of a workspace. */
  readonly readable?: readonly string[];
}

/** What earlier discoveries found, by the content of a file and of all it imports locally. */
export type DiscoveryCache = Map<string, { readonly key: string; readonly found: EvaluatedFile }>;

/** A cache for repeated discoveries of one process. */
export function createDiscoveryCache(): DiscoveryCache {
  return new Map();
}

const TIMEOUT_MS = 10_000;

/**
 * Evaluates every file in a project's `contracts/`. A file with a problem does not stop the others.
 *
 * @param options the project's directory, and how to evaluate
 */
export async function discoverContracts(
  options: DiscoverOptions & { readonly project: string },
  port: DiscoveryPort = denoDiscovery,
): Promise<Discovery> {
  const root = resolve(options.project);
  const folder = join(root, "contracts");
  const names = await port.names(folder);
  if (names === undefined) {
    return { contracts: [], problems: [about("no_contracts_folder", NO_FOLDER)] };
  }
  const paths = names.filter(isContractFile).sort().map((name) => join(folder, name));
  for (const path of options.cache?.keys() ?? []) {
    if (dirname(path) === folder && !paths.includes(path)) options.cache?.delete(path);
  }
  if (paths.length === 0) return { contracts: [], problems: [about("empty", NO_FILES)] };
  return await discover(paths, root, root, options, port);
}

/** Evaluates the files that are named, wherever they are. */
export function discoverFiles(
  files: readonly string[],
  options: DiscoverOptions = {},
  port: DiscoveryPort = denoDiscovery,
): Promise<Discovery> {
  return discover(files.map((file) => resolve(file)), undefined, resolve("."), options, port);
}

async function discover(
  paths: readonly string[],
  boundary: string | undefined,
  root: string,
  options: DiscoverOptions,
  port: DiscoveryPort,
): Promise<Discovery> {
  const refusals = await Promise.all(paths.map((path) => port.refusal(path, boundary)));
  const usable = paths.filter((_, i) => refusals[i] === undefined);
  const evaluated = await evaluate(usable, boundary, root, options, port);
  const contracts: DiscoveredContract[] = [];
  const problems: ContractProblem[] = [];
  paths.forEach((path, i) => {
    const file = display(root, path);
    const message = refusals[i];
    if (message !== undefined) {
      const fix = "put the file itself into contracts/, in a folder without commas in its path";
      return problems.push({ file, code: "unreadable", path: "", message, fix });
    }
    const found = evaluated.get(path);
    problems.push(...found?.problems ?? []);
    if (found?.manifest === undefined) return;
    const { manifest, digest, used } = found;
    const contract = { id: manifest.id, kind: manifest.kind, digest, manifest, file };
    contracts.push(used === undefined || used.length === 0 ? contract : { ...contract, used });
  });
  const collisions = findCollisions(contracts);
  const colliding = new Set(collisions.map(({ file }) => file));
  return {
    contracts: contracts.filter(({ file }) => !colliding.has(file))
      .sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    problems: [...problems, ...collisions],
  };
}

async function evaluate(
  paths: readonly string[],
  boundary: string | undefined,
  root: string,
  options: DiscoverOptions,
  port: DiscoveryPort,
): Promise<ReadonlyMap<string, EvaluatedFile>> {
  const { cache, signal, spare, timeoutMs = TIMEOUT_MS } = options;
  const found = new Map<string, EvaluatedFile>();
  const before = cache === undefined ? [] : port.contentKeys(paths, root);
  paths.forEach((path, i) => {
    const known = cache?.get(path);
    if (known !== undefined && known.key === before[i]) found.set(path, known.found);
  });
  const open = paths.filter((path) => !found.has(path));
  if (open.length === 0) return found;
  const own = boundary === undefined ? await Promise.all(open.map(port.readableFor)) : [boundary];
  const readable = [...new Set([...own, ...(options.readable ?? []).map((path) => resolve(path))])];
  const evaluations = await port.evaluate(open, { readable, timeoutMs, signal, spare });
  const after = cache === undefined ? [] : port.contentKeys(open, root);
  const rootUrl = pathToFileURL(join(root, "/")).href;
  open.forEach((path, i) => {
    const evaluation = evaluations[i];
    if (evaluation === undefined) return;
    const url = pathToFileURL(path).href;
    const file = readEvaluation(evaluation, { file: display(root, path), url, rootUrl });
    found.set(path, file);
    cache?.delete(path);
    const key = after[i];
    // What was edited meanwhile may have been read before or after; a busy machine is no fact.
    const lasting = evaluation.kind !== "timeout" && evaluation.kind !== "crashed";
    if (lasting && key !== undefined && key === before[paths.indexOf(path)]) {
      cache?.set(path, { key, found: file });
    }
  });
  return found;
}

/** Whether a file in `contracts/` is a contract, by its name. */
export function isContractFile(name: string): boolean {
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
