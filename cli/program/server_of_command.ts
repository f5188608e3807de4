import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { joinDataDir } from "../nats_server/data_dir/join_data_dir.ts";
import { DEFAULT_SERVER_PORT } from "../nats_server/probe/server_url.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";

/**
 * The server that a command is about: `--nats` or `NATS_URL`, else the one that a Trellis process runs for
 * this project, else the local one.
 */
export async function serverUrlOf(
  { globals, localPort = DEFAULT_SERVER_PORT }: CommandContext,
): Promise<Result<string, ExplainedError>> {
  const named = globals.nats ?? await projectServer(globals.project);
  if (named !== undefined) return ok(named);
  if (localPort !== 0) return ok(`nats://127.0.0.1:${localPort}`);
  return err({
    message: `no Trellis process runs for the project ${globals.project}`,
    code: "unreachable",
    hint: "start one (deno task dev), or name the server with --nats",
  });
}

/** The server that a Trellis process runs for a project, if one does. */
async function projectServer(project: string): Promise<string | undefined> {
  const joined = (await joinDataDir(join(project, ".trellis", "nats"))).take();
  return !isErr(joined) && joined.state === "shared" ? joined.url : undefined;
}
