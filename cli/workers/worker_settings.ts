import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { importHosts } from "../../contracts/discovery/evaluation_permissions.ts";
import { parseJsonc } from "../../contracts/discovery/jsonc.ts";
import { configOf } from "../../contracts/discovery/nearest_config.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { linksInto } from "./links_into.ts";
import { configDir } from "../program/config_dir.ts";
import type { WorkerSettings } from "./worker_process.ts";

/** The set of permissions that a project may declare for its services. */
const SET = "services";
/** What services get otherwise: they connect and read, and neither write nor start programs. */
const USUAL = ["net", "env", "read", "sys"] as const;

/** Where a project is, and where its keys and its data are. */
export interface WorkerFolders {
  readonly root: string;
  readonly stateDir: string;
}

/**
 * How services run: with the permissions `services` of the project's configuration, else with what is usual,
 * which is no more than this process has. Neither holds the keys of the project and of whoever is logged in,
 * and the data of the NATS server. Deno compares names of files, not where they lead: links of the project that
 * lead to these are kept from services too, and what else leads there, as a link elsewhere, is not. A project
 * that does not trust its handlers names the folders that they may read.
 *
 * @param secrets more that services may not read
 */
export async function workerSettings(
  { root, stateDir }: WorkerFolders,
  secrets: readonly string[] = [],
): Promise<Omit<WorkerSettings, "heapMb">> {
  const config = await configOf(root);
  const declared = config !== undefined && declaresSet(await readFile(config, "utf8"));
  const secret = await spellings([stateDir, join(stateDir, "keys"), configDir(), ...secrets]);
  const project = await realPathOf(root);
  const links = await linksInto(project, secret);
  const named = links.flatMap((link) => [root, project].map((folder) => join(folder, link)));
  const kept = [...new Set([...secret, ...named])].map((path) => path.replaceAll(",", ",,")).join(
    ",",
  );
  const permissions = [
    ...(declared ? [`--permission-set=${SET}`] : USUAL
      .filter((name) => Deno.permissions.querySync({ name }).state === "granted")
      .map((name) => `--allow-${name}`)),
    ...["read", "write"].map((what) => `--deny-${what}=${kept}`),
    `--allow-import=${importHosts().join(",")}`,
  ];
  return { config, permissions };
}

/** Deno compares paths as they are written: a folder behind a link is kept by both of its names. */
async function spellings(paths: readonly (string | undefined)[]): Promise<readonly string[]> {
  const written = paths.filter((path) => path !== undefined);
  const real = await Promise.all(written.map(realPathOf));
  return [...new Set([...written, ...real])];
}

/** Where a path leads, also while its end is not there. */
async function realPathOf(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  return await realpath(path).catch(async () => join(await realPathOf(parent), basename(path)));
}

/** True when a text of a configuration declares the permissions of services. */
function declaresSet(text: string): boolean {
  const permissions = parseJsonc(text)?.permissions;
  return isRecord(permissions) && isRecord(permissions[SET]);
}
