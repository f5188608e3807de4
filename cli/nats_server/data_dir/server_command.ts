import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { adoptDefaultAccount } from "./adopt_default_account.ts";
import { removeIfThere, writePrivateFile } from "./private_file.ts";
import type { DataDirLock } from "./data_dir_lock.ts";

/** What a server is started with, apart from its program and store. */
export interface ServerSettings {
  /** The port to listen on; 0, the default, lets the system choose a free one. */
  port?: number;
  /** The address to listen on; `127.0.0.1` by default. */
  host?: string;
  /** The server's name, without spaces; made from the data directory unless given. */
  name?: string;
  /** The largest message in bytes; the server's own default is 1 MiB. */
  maxPayload?: number;
  /** Appended to; without it the last lines are kept in memory. */
  logFile?: string;
  /**
   * More configuration in the server's own language, for example accounts. Written to a file with mode
   * 0600 while the server runs. It must not set the JetStream store, which is given already.
   */
  configText?: string;
  /**
   * Lets pages of these origins connect over WebSocket, as `http://localhost:5173`, and no others; programs
   * send no origin and may, too. Nothing listens for it without one.
   */
  pageOrigins?: readonly string[];
  /** The port for WebSocket; 0, the default, lets the system choose a free one. */
  webSocketPort?: number;
  /** The account that goes on with the data of an earlier server on this store, which had no accounts. */
  account?: string;
}

/** Where the server writes the ports that it listens on. */
export function portsDir(lock: DataDirLock): string {
  return join(lock.runDir, "ports");
}

function configPath(lock: DataDirLock): string {
  return join(lock.runDir, "server.conf");
}

/** The name of the servers that Trellis starts begins so. */
const NAME_PREFIX = "trellis-";

/** True for the name of a server that some Trellis process has started, and will stop. */
export function isStartedByTrellis(serverName: string): boolean {
  return serverName.startsWith(NAME_PREFIX);
}

/**
 * Writes the files that the server needs and answers its arguments. Port, host and store are arguments,
 * which win over the configuration: the text of a caller cannot move the server away.
 */
export async function prepareCommand(
  lock: DataDirLock,
  settings: ServerSettings,
): Promise<string[]> {
  await clearRunFiles(lock);
  await Deno.mkdir(portsDir(lock), { mode: 0o700 });
  const { account } = settings;
  if (account !== undefined) await adoptDefaultAccount(lock.storeDir, account);
  const config = configuration(settings);
  if (config !== "") await writePrivateFile(configPath(lock), config);
  const args = [
    ...(config === "" ? [] : ["-c", configPath(lock)]),
    ...["-a", settings.host ?? "127.0.0.1"],
    ...["-p", String(settings.port || -1)], // the server takes -1 as "any free port"
    ...["-n", settings.name ?? nameOf(lock.storeDir)],
    ...["-js", "-sd", lock.storeDir],
    ...["--ports_file_dir", portsDir(lock)],
  ];
  if (settings.logFile !== undefined) {
    await Deno.mkdir(dirname(resolve(settings.logFile)), { recursive: true });
    args.push("-l", resolve(settings.logFile));
  }
  return args;
}

/** True for the command line of a server that was started with {@link prepareCommand} on this store. */
export function isServerCommand(commandLine: string, storeDir: string): boolean {
  return [storeDir, `"${storeDir}"`].some((dir) => commandLine.includes(` -js -sd ${dir} --ports`));
}

/** Removes what {@link prepareCommand} wrote and what the server wrote beside it. */
export async function clearRunFiles(lock: DataDirLock): Promise<void> {
  await removeIfThere(configPath(lock));
  await removeIfThere(portsDir(lock), { recursive: true });
}

function configuration(settings: ServerSettings): string {
  const { maxPayload, configText = "" } = settings;
  const limit = maxPayload === undefined ? "" : `max_payload: ${maxPayload}\n`;
  return limit + configText + webSocket(settings);
}

/** On this machine only, so that no certificate is needed. */
function webSocket(
  { pageOrigins = [], webSocketPort, host = "127.0.0.1" }: ServerSettings,
): string {
  if (pageOrigins.length === 0) return "";
  return `websocket {
  host: ${JSON.stringify(host)}
  port: ${webSocketPort || -1}
  no_tls: true
  allowed_origins: [ ${pageOrigins.map((origin) => JSON.stringify(origin)).join(", ")} ]
}
`;
}

function nameOf(storeDir: string): string {
  return NAME_PREFIX + createHash("sha256").update(storeDir).digest("hex").slice(0, 8);
}
