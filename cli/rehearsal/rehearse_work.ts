import { encodeBase64 } from "../../contracts/json/base64.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Bindings, GroupBinding } from "../../contracts/stored/bindings.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { type Replayer, type ReplayFailure, startReplayer } from "../replay/replayer.ts";
import type { WorkerSettings } from "../workers/worker_process.ts";
import { BucketReader } from "./bucket_reader.ts";
import { eventsToRehearse } from "./events_to_rehearse.ts";
import { jobsToRehearse } from "./jobs_to_rehearse.ts";
import { type WorkReport, workReport } from "./work_report.ts";
import type { FromRehearsal, Recording, RehearsedWork, ToRehearsal } from "./rehearsal_protocol.ts";

/** What is rehearsed. */
export interface RehearsalOptions {
  readonly deployment: string;
  /** URL of the handlers file. */
  readonly module: string;
  /** Digest of the contract that the plan is for. */
  readonly digest: string;
  /** The queues of the contract, and how many classes of priority each has. */
  readonly queues: readonly { readonly name: string; readonly classes: number }[];
  /** The groups of the contract, and where they are now. */
  readonly groups: readonly {
    readonly name: string;
    /** Its name on the server. */
    readonly stored: string;
    readonly binding: GroupBinding;
  }[];
  /** Jobs of each queue, and events of each group, at most. */
  readonly most: number;
  /** What is there now. */
  readonly bindings: Pick<Bindings, "kv" | "projections">;
  readonly messaging: NatsMessaging;
  readonly settings: WorkerSettings;
  /** Aborted when no more is to be run: what was is reported. */
  readonly limit: AbortSignal;
  readonly signal: AbortSignal;
  /** Told how far it is. */
  readonly progress: (name: string, at: number, of: number) => void;
}

const WORKER = new URL("./rehearsal_worker.ts", import.meta.url);

/**
 * Runs the handlers of a handlers file over the last jobs of its queues and the last events of its groups that are
 * not done, each by itself. Changes nothing: the handlers run in a process of their own that reaches nothing,
 * buckets are read here, and writes are recorded.
 */
export async function rehearseWork(
  options: RehearsalOptions,
): Promise<Result<readonly WorkReport[], ReplayFailure>> {
  const { module, digest, messaging, bindings } = options;
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
  const { deployment, queues, groups, most } = options;
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const reports: WorkReport[] = [];
  for (const { name, classes } of queues) {
    const found = await jobsToRehearse(requests, { deployment, queue: name, classes, most });
    const work = { kind: "queue", name, deployment, stored: queueName(name) } as const;
    const report = (await rehearse(work, found, process, options)).take();
    if (isErr(report)) return report;
    reports.push(report);
  }
  for (const { name, stored, binding } of groups) {
    const found = await eventsToRehearse(requests, { deployment, stored, binding, most });
    const work = { kind: "group", name, deployment, stored } as const;
    const report = (await rehearse(work, found, process, options)).take();
    if (isErr(report)) return report;
    reports.push(report);
  }
  return ok(reports);
}

async function rehearse(
  work: RehearsedWork,
  found: Result<readonly StoredMessage[], ApiFailure>,
  process: Replayer<ToRehearsal, FromRehearsal>,
  { limit, signal, progress }: RehearsalOptions,
): Promise<Result<WorkReport, ReplayFailure>> {
  const messages = found.take();
  if (isErr(messages)) {
    return err({ kind: "server", message: failureMeaning(messages.error).what });
  }
  const recordings: Recording[] = [];
  for (const message of messages) {
    if (signal.aborted) return err({ kind: "aborted", message: "it was stopped" });
    if (limit.aborted) break;
    progress(work.name, recordings.length, messages.length);
    const { subject, sequence, writtenAt, headers } = message;
    const sent = { subject, sequence, writtenAt, headers, data: encodeBase64(message.data) };
    const ran = (await process.ask({ kind: "run", work, message: sent }, "ran")).take();
    if (isErr(ran)) return ran;
    recordings.push(ran.recording);
  }
  return ok(workReport(work, messages.length, recordings));
}

/** The same process without network, files to write and programs to start. */
function confined({ permissions, ...settings }: WorkerSettings): WorkerSettings {
  const denied = ["net", "write", "run", "ffi"];
  const kept = permissions.filter((one) =>
    !denied.some((what) => one.startsWith(`--allow-${what}`) || one.startsWith(`--deny-${what}`))
  );
  return { ...settings, permissions: [...kept, ...denied.map((what) => `--deny-${what}`)] };
}
