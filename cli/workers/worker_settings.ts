import { readFile } from "node:fs/promises";
import { importHosts } from "../../contracts/discovery/evaluation_permissions.ts";
import { parseJsonc } from "../../contracts/discovery/jsonc.ts";
import { configOf } from "../../contracts/discovery/nearest_config.ts";
import { isRecord } from "../../contracts/json/json.ts";
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
 * How services run: with the permissions `services` of the project's configuration, else with what is usual.
 * The latter is no more than this process has, and leaves out the keys of the project and of whoever is
 * logged in, and the data of the NATS server.
 */
export async function workerSettings(
  { root, stateDir }: WorkerFolders,
): Promise<Omit<WorkerSettings, "heapMb">> {
  const config = await configOf(root);
  const declared = config !== undefined && declaresSet(await readFile(config, "utf8"));
  const secret = [stateDir, configDir()].filter((path) => path !== undefined);
  const permissions = declared ? [`--permission-set=${SET}`] : [
    ...USUAL.filter((name) => Deno.permissions.querySync({ name }).state === "granted")
      .map((name) => `--allow-${name}`),
    `--deny-read=${secret.map((path) => path.replaceAll(",", ",,")).join(",")}`,
  ];
  return { config, permissions: [...permissions, `--allow-import=${importHosts().join(",")}`] };
}

/** True when a text of a configuration declares the permissions of services. */
function declaresSet(text: string): boolean {
  const permissions = parseJsonc(text)?.permissions;
  return isRecord(permissions) && isRecord(permissions[SET]);
}
