import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { PolicyChanges } from "../../../reconcile/authority/change_policy.ts";
import { placementText } from "../../../reconcile/resources/stream_layout.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";
import type { CommandContext, ExplainedError } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { type ClusterServer, clusterServers } from "../infra/nats/cluster_servers.ts";

/**
 * Asks the servers whether they keep streams as they are to be: a name that is misspelt would leave every deployment
 * pending. What is taken away is not asked. Errors: `layout_refused`.
 */
export async function checkLayout(
  changes: PolicyChanges,
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<Result<void, ExplainedError>> {
  const { replicas, cluster, tags = [] } = changes.layout ?? {};
  const isNamed = [replicas, cluster, ...tags].some((word) =>
    word !== undefined && word !== "none"
  );
  if (!isNamed) return ok();
  const reason = (await authority.whyNotKept(changes)).take();
  if (reason === undefined) return ok();
  if (isErr(reason)) return reason;
  const asked = [
    ...(replicas === undefined ? [] : [`replicas ${replicas}`]),
    placementText({ cluster, tags }),
  ].filter((words) => words !== "").join(", ");
  const own = messaging.connection.info?.cluster;
  return err({
    code: "layout_refused",
    message: `the servers do not keep streams so (${asked}): ${reason}; nothing was changed`,
    hint: namesText(await knownServers(context), own),
  });
}

/** All servers, where the keys of the project are at hand. */
async function knownServers(
  context: Pick<CommandContext, "globals" | "localPort">,
): Promise<readonly ClusterServer[]> {
  const server = (await serverOf(context)).take();
  if (isErr(server) || server.keys === undefined) return [];
  const { url: servers, keys: { sys: key } } = server;
  const connection = (await openConnection({ servers, name: "trellis cli", key })).take();
  if (isErr(connection)) return [];
  const found = await clusterServers(connection);
  await connection.close();
  return found;
}

/** Which names there are. */
export function namesText(
  servers: readonly Pick<ClusterServer, "cluster" | "tags" | "jetstream">[],
  own: string | undefined,
): string {
  const keeping = servers.filter(({ jetstream }) => jetstream);
  const clusters = new Set(keeping.flatMap(({ cluster }) => cluster ?? []));
  if (own !== undefined) clusters.add(own);
  const tags = new Set(keeping.flatMap(({ tags }) => tags));
  const words = [
    named("cluster", clusters) ?? "it belongs to no cluster",
    ...(keeping.length === 0 ? [] : [
      named("tag", tags) ?? "servers have no tags",
      `${keeping.length} ${keeping.length === 1 ? "server keeps" : "servers keep"} streams`,
    ]),
  ];
  return `name what there is: ${words.join("; ")}`;
}

function named(noun: string, names: ReadonlySet<string>): string | undefined {
  if (names.size === 0) return undefined;
  return `${noun}${names.size === 1 ? "" : "s"} ${[...names].sort().join(", ")}`;
}
