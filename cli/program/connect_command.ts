import { join } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { DEFAULT_SERVER_PORT } from "../nats_server/probe/server_url.ts";
import { joinDataDir } from "../nats_server/data_dir/join_data_dir.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";

/** A connection of a command, with the authority behind it. */
export interface Connected extends AsyncDisposable {
  readonly url: string;
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
}

/**
 * Connects a command: to `--nats` or `NATS_URL`, else to the server that a Trellis process runs for
 * this project, else to the local one.
 */
export async function connectCommand(
  context: CommandContext,
): Promise<Result<Connected, ExplainedError>> {
  const { globals, localPort = DEFAULT_SERVER_PORT } = context;
  const named = globals.nats ?? await projectServer(globals.project);
  if (named === undefined && localPort === 0) {
    return err({
      message: `no Trellis process runs for the project ${globals.project}`,
      code: "unreachable",
      hint: "start one (deno task dev), or name the server with --nats",
    });
  }
  const url = named ?? `nats://127.0.0.1:${localPort}`;
  const messaging = (await connectMessaging({ servers: url, name: "trellis cli" })).take();
  if (isErr(messaging)) {
    const hint = "start Trellis (deno task dev), or name the server with --nats";
    return err({ message: messaging.error.message, code: messaging.error.code, hint });
  }
  const authority = (await openAuthority(messaging.connection)).take();
  if (isErr(authority)) {
    await messaging.close();
    return authority;
  }
  return ok({
    url,
    messaging,
    authority,
    [Symbol.asyncDispose]: () => messaging.close(),
  });
}

/** The server that a Trellis process runs for a project, if one does. */
async function projectServer(project: string): Promise<string | undefined> {
  const joined = (await joinDataDir(join(project, ".trellis", "nats"))).take();
  return !isErr(joined) && joined.state === "shared" ? joined.url : undefined;
}
