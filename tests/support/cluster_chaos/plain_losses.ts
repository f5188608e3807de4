/**
 * What a cluster loses of acknowledged messages when the leader of a stream is killed, seen by NATS' own library with
 * nothing of Trellis: `deno run -A tests/support/cluster_chaos/plain_losses.ts --raised 5 --born 5 --history 5`. Prints one
 * line for each run.
 */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-deno";
import { parseArgs } from "node:util";
import { NatsCluster } from "../nats_cluster.ts";
import { removePooledServers } from "../servers/server_pool.ts";

/** How the stream has come to three replicas. */
const KINDS = ["born", "raised"] as const;
/** Messages that are stored before anything happens. */
const BEFORE = 600;
/** How long it is published after the killed server has come back, in milliseconds. */
const AFTER_MS = 3000;

const names = [...KINDS, "history", "raised-history", "binary", "calm-ms", "away-ms", "roll"];
const { values } = parseArgs({
  args: Deno.args,
  options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
});
const binary = typeof values.binary === "string" ? { binary: values.binary } : {};
/** With `--roll 1`: servers are stopped in good order, before the kill, or in its place. */
const awayMs = Number(values["away-ms"] ?? 10_000);
const calmMs = Number(values["calm-ms"] ?? 2000);

for (const kind of KINDS) {
  for (let run = 0; run < Number(values[kind] ?? 0); run++) console.log(kind, await lose(kind));
}
for (const kind of ["history", "raised-history"] as const) {
  for (let run = 0; run < Number(values[kind] ?? 0); run++) {
    console.log(kind, await loseRevisions(kind === "history" ? 3 : 1));
  }
}
await removePooledServers();

/** What is left of revisions that came after the history was raised, as each server is killed and comes back. */
async function loseRevisions(replicas: number) {
  await using cluster = await NatsCluster.start(binary);
  const connection = await connect({ servers: [...cluster.urls], maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const config = { name: "S", subjects: ["s.*"], max_msgs_per_subject: 1 };
  await manager.streams.add({ ...config, num_replicas: replicas });
  if (replicas !== 3) {
    await manager.streams.update("S", { num_replicas: 3 });
    await cluster.settled("S");
  }
  await manager.streams.update("S", { max_msgs_per_subject: 10 });
  const js = jetstream(connection, { checkAPI: false });
  for (let n = 0; n < BEFORE; n++) await js.publish(`s.${n % 60}`, String(n));
  await cluster.settled("S");
  await new Promise((resolve) => setTimeout(resolve, calmMs));
  const left: number[] = [];
  for (let kill = 0; kill < 4; kill++) {
    const leader = await cluster.leaderOf("S");
    if (values.roll === undefined) await cluster.kill(leader);
    else await cluster.stop(leader);
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    await cluster.startAgain(leader);
    await cluster.settled("S");
    left.push((await manager.streams.info("S")).state.messages);
  }
  await connection.close();
  return JSON.stringify({ stored: BEFORE, left });
}

async function lose(kind: typeof KINDS[number]) {
  await using cluster = await NatsCluster.start(binary);
  const connection = await connect({ servers: [...cluster.urls], maxReconnectAttempts: -1 });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await manager.streams.add({
    name: "S",
    subjects: ["s.*"],
    num_replicas: kind === "raised" ? 1 : 3,
    max_msgs_per_subject: 1,
  });
  const acknowledged = new Map<string, number>();
  const js = jetstream(connection, { checkAPI: false });
  const publish = async (subject: string) => {
    const ack = await js.publish(subject, subject, { timeout: 2000, retries: 1 })
      .catch(() => undefined);
    if (ack !== undefined) acknowledged.set(subject, ack.seq);
  };
  for (let n = 0; n < BEFORE; n++) await publish(`s.before${n}`);
  if (kind === "raised") await manager.streams.update("S", { num_replicas: 3 });
  await cluster.settled("S");
  for (const server of values.roll === undefined ? [] : cluster.servers.keys()) {
    await cluster.stop(server);
    await cluster.startAgain(server);
    await cluster.settled("S");
  }
  await new Promise((resolve) => setTimeout(resolve, calmMs));
  let isOver = false;
  const publishing = [0, 1, 2, 3].map(async (publisher) => {
    for (let n = 0; !isOver; n++) {
      await publish(`s.p${publisher}_${n}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const leader = await cluster.leaderOf("S");
  await cluster.kill(leader);
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  await cluster.startAgain(leader);
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
  await cluster.settled("S");
  isOver = true;
  await Promise.all(publishing);
  const gone: string[] = [];
  let moved = 0;
  for (const [subject, sequence] of acknowledged) {
    const found = await manager.streams.getMessage("S", { last_by_subj: subject })
      .catch(() => undefined);
    if (!found) gone.push(`${subject}, acknowledged as ${sequence}`);
    else if (found.seq !== sequence) moved++;
  }
  const counts = new Map<number, number>();
  for (const sequence of acknowledged.values()) {
    counts.set(sequence, (counts.get(sequence) ?? 0) + 1);
  }
  const shared = [...counts.values()].filter((count) => count > 1).length;
  const { state } = await manager.streams.info("S");
  await connection.close();
  return JSON.stringify({
    acknowledged: acknowledged.size,
    gone: gone.length,
    underAnotherSequence: moved,
    sharedSequences: shared,
    first: state.first_seq,
    last: state.last_seq,
    examples: gone.slice(0, 4),
  });
}
