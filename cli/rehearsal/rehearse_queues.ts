import { encodeBase64 } from "../../contracts/json/base64.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { type Replayer, type ReplayFailure, startReplayer } from "../replay/replayer.ts";
import type { WorkerSettings } from "../workers/worker_process.ts";
import { BucketReader } from "./bucket_reader.ts";
import { jobsToRehearse } from "./jobs_to_rehearse.ts";
import { type QueueReport, queueReport } from "./queue_report.ts";
import type { FromRehearsal, Recording, ToRehearsal } from "./rehearsal_protocol.ts";

/** What is rehearsed. */
export interface RehearsalOptions {
  readonly deployment: string;
  /** URL of the handlers file. */
  readonly module: string;
  /** Digest of the contract that the plan is for. */
  readonly digest: string;
  /** The queues of the contract, and how many classes of priority each has. */
  readonly queues: readonly { readonly name: string; readonly classes: number }[];
  /** Jobs of each queue, at most. */
  readonly most: number;
  /** What is there now. */
  readonly bindings: Pick<Bindings, "kv" | "projections">;
  readonly messaging: NatsMessaging;
  readonly settings: WorkerSettings;
  /** Aborted when no more jobs are to be run: those that were are reported. */
  readonly limit: AbortSignal;
  readonly signal: AbortSignal;
  /** Told how far it is. */
  readonly progress: (queue: string, at: number, of: number) => void;
}

const WORKER = new URL("./rehearsal_worker.ts", import.meta.url);

/**
 * Runs the handlers of a handlers file over the last jobs of its queues, each by itself. Changes nothing: the
 * handlers run in a process of their own that reaches nothing, buckets are read here, and writes are recorded.
 */
export async function rehearseQueues(
  options: RehearsalOptions,
): Promise<Result<readonly QueueReport[], ReplayFailure>> {
  const { module, digest, queues, messaging, bindings } = options;
  const buckets = new BucketReader(messaging, bindings);
  await using process = startReplayer<ToRehearsal, FromRehearsal>(
    WORKER,
    confined(options.settings),
    (message, tell) => {
      if (message.kind !== "read") return;
      const { question, alias, of } = message;
      buckets.read(alias, of).then((answer) => tell({ kind: "read", question, answer }));
    },
  );
  const loaded = (await process.ask({ kind: "load", module }, "loaded")).take();
  if (isErr(loaded)) return loaded;
  if (loaded.digest !== digest) {
    return err({ kind: "contract", message: "the handlers are not those of the plan's contract" });
  }
  const reports: QueueReport[] = [];
  for (const queue of queues) {
    const report = (await rehearseQueue(queue, process, options)).take();
    if (isErr(report)) return report;
    reports.push(report);
  }
  return ok(reports);
}

async function rehearseQueue(
  { name: queue, classes }: RehearsalOptions["queues"][number],
  process: Replayer<ToRehearsal, FromRehearsal>,
  { deployment, most, messaging, limit, signal, progress }: RehearsalOptions,
): Promise<Result<QueueReport, ReplayFailure>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const found = (await jobsToRehearse(requests, { deployment, queue, classes, most })).take();
  if (isErr(found)) return err({ kind: "server", message: failureMeaning(found.error).what });
  const recordings: Recording[] = [];
  for (const message of found) {
    if (signal.aborted) return err({ kind: "aborted", message: "it was stopped" });
    if (limit.aborted) break;
    progress(queue, recordings.length, found.length);
    const { subject, sequence, writtenAt, headers } = message;
    const sent = { subject, sequence, writtenAt, headers, data: encodeBase64(message.data) };
    const run = { kind: "run", queue, message: sent } as const;
    const ran = (await process.ask(run, "ran")).take();
    if (isErr(ran)) return ran;
    recordings.push(ran.recording);
  }
  return ok(queueReport(queue, found.length, recordings));
}

/** The same process without network, files to write and programs to start. */
function confined({ permissions, ...settings }: WorkerSettings): WorkerSettings {
  const denied = ["net", "write", "run", "ffi"];
  const kept = permissions.filter((one) =>
    !denied.some((what) => one.startsWith(`--allow-${what}`) || one.startsWith(`--deny-${what}`))
  );
  return { ...settings, permissions: [...kept, ...denied.map((what) => `--deny-${what}`)] };
}
