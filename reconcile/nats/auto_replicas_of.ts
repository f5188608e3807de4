import type { JetStreamManager } from "@nats-io/jetstream";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { autoReplicas } from "../../runtime/nats/jetstream/own_layout.ts";
import { CLUSTER_REPLICAS } from "../../contracts/stored/work_names.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { attempt } from "./records/stored_message.ts";

/** Milliseconds that an answer holds: servers do not join a cluster more often. */
const FRESH_MS = 20_000;

/**
 * Asks how many replicas the servers are good for. A cluster that was large enough once stays so: with a server
 * down no stream is to have fewer.
 */
export function autoReplicasOf(
  manager: JetStreamManager,
  link: ConnectionGate,
  isClustered: () => boolean,
): () => Promise<Result<number, AuthorityError>> {
  let known = { replicas: 1, until: 0 };
  return async () => {
    if (!isClustered()) return ok(1);
    if (known.replicas < CLUSTER_REPLICAS && performance.now() > known.until) {
      const doing = "see how many servers the cluster has";
      const asked = (await attempt(link, doing, async () => ok(await autoReplicas(manager))))
        .take();
      if (isErr(asked)) return asked;
      known = { replicas: asked, until: performance.now() + FRESH_MS };
    }
    return ok(known.replicas);
  };
}
