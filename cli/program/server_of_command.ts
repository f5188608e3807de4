import { join } from "node:path";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { joinDataDir } from "../nats_server/data_dir/join_data_dir.ts";
import { DEFAULT_SERVER_PORT } from "../nats_server/probe/server_url.ts";
import { readKeyFolder } from "../nats_server/security/key_folder.ts";
import type { KeyMaterial } from "../nats_server/security/key_material.ts";
import { type StoredLogin, StoredLogins } from "./stored_login.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";
import { configDir } from "./config_dir.ts";

/** The server that a command is about. */
export interface CommandServer {
  readonly url: string;
  /**
   * Lets whoever can read the keys of the project do everything, also while no Trellis process answers who
   * may come in. Missing where the server asks for none, and for a server that is named: only a server of
   * these keys may see a signature of theirs.
   */
  readonly key?: KeyPair;
  /** The keys of the project, where {@link key} is one of them. */
  readonly keys?: KeyMaterial;
  /** How the person at this machine is logged in there, where no keys of a project apply. */
  readonly login?: StoredLogin;
}

/**
 * The server that a command is about: `--nats` or `NATS_URL`, else the one that a Trellis process runs for
 * this project, else the local one.
 */
export async function serverOf(
  context: Pick<CommandContext, "globals" | "localPort">,
): Promise<Result<CommandServer, ExplainedError>> {
  const server = (await foundServer(context)).take();
  const dir = configDir();
  if (isErr(server)) return server;
  if (server.key !== undefined || dir === undefined) return ok(server);
  const login = (await new StoredLogins(dir).read(server.url)).take();
  if (isErr(login)) return login;
  return ok({ ...server, ...(login && { login }) });
}

async function foundServer(
  { globals, localPort = DEFAULT_SERVER_PORT }: Pick<CommandContext, "globals" | "localPort">,
): Promise<Result<CommandServer, ExplainedError>> {
  if (globals.nats !== undefined) return ok({ url: globals.nats });
  const ofProject = (await projectServer(globals.project)).take();
  if (isErr(ofProject)) return ofProject;
  if (ofProject !== undefined) return ok(ofProject);
  if (localPort !== 0) return ok({ url: `nats://127.0.0.1:${localPort}` });
  return err({
    message: `no Trellis process runs for the project ${globals.project}`,
    code: "unreachable",
    hint: "start one (deno task dev), or name the server with --nats",
  });
}

/** The server that a Trellis process runs for a project, if one does. */
async function projectServer(
  project: string,
): Promise<Result<CommandServer | undefined, ExplainedError>> {
  const joined = (await joinDataDir(join(project, ".trellis", "nats"))).take();
  if (isErr(joined) || joined.state === "free") return ok(undefined);
  if (joined.state === "orphan") {
    return err({
      message: `the Trellis process of the project ${project} was killed; its NATS server runs on`,
      code: "unreachable",
      hint: "start Trellis again (deno task dev): it goes on with the data",
    });
  }
  const { url, keysDir } = joined;
  if (keysDir === undefined) return ok({ url });
  const keys = (await readKeyFolder(keysDir)).take();
  if (isErr(keys)) return keys;
  return ok({ url, ...(keys === undefined ? {} : { key: keys.platform, keys }) });
}
