/**
 * Runs the handlers of jobs and events of one handlers file in a process of its own that reaches no network and writes no
 * file: whoever has started it reads buckets for it, and is told what would be written.
 *
 * @module
 */
import process from "node:process";
import type { Contract } from "../../contracts/define/contract.ts";
import { reportExit } from "../../contracts/discovery/report_exit.ts";
import { decodeBase64 } from "../../contracts/json/base64.ts";
import "../../runtime/host/deno_host.ts";
import { QueueItem } from "../../runtime/jobs/queue_item.ts";
import { eventReader } from "../../runtime/consume/read_event.ts";
import { eventHandlersOf } from "../../runtime/service/event_handlers.ts";
import { jobHandlersOf } from "../../runtime/service/job_handlers.ts";
import type { Outcome } from "../../runtime/work/outcome.ts";
import { loadHandlers } from "../workers/load_handlers.ts";
import type { FromWorker } from "../workers/worker_protocol.ts";
import type {
  BucketAnswer,
  FromRehearsal,
  Recording,
  RehearsedOutcome,
  ToRehearsal,
} from "./rehearsal_protocol.ts";
import { rehearseEvent } from "./rehearse_event.ts";
import { rehearseJob } from "./rehearse_job.ts";
import type { ReadAlias } from "./rehearsed_client.ts";
import { RehearsedRun } from "./rehearsed_run.ts";

/** What is rehearsed. */
interface Loaded {
  readonly contract: Contract;
  readonly jobs: ReturnType<typeof jobHandlersOf>;
  readonly events: ReturnType<typeof eventHandlersOf>;
  readonly deps: MadeDeps;
}

/** The dependencies of the application, or why they could not be made without reaching outside. */
type MadeDeps = { readonly deps: unknown } | { readonly why: string };

/** Milliseconds that one job or event may take here. */
const LIMIT_MS = 5000;
/** Stands where handlers see nothing of it. */
const STREAM = "rehearsal";
/** What Deno says of what this process may not do. */
const DENIED = /\bRequires ((?:net|write|run|ffi) access.*?)(?:, run again .*)?$/s;

const { exit } = process;
const asked = new Map<number, (answer: BucketAnswer) => void>();
let questions = 0;
let loaded: Loaded | undefined;
/** What is run now. */
let current: RehearsedRun | undefined;

// Standard output belongs to the command.
console.log = console.info = console.debug = console.error;
globalThis.fetch = (input) => {
  const { host } = new URL(input instanceof Request ? input.url : input);
  if (current === undefined) return Promise.reject(new TypeError(`${host} is not called here`));
  return current.stop("access", `net access to "${host}"`);
};
reportExit((what) => send({ kind: "exiting", what, place: undefined }));
process.on("disconnect", () => exit());
process.on("message", (message: ToRehearsal) => {
  if (message.kind === "read") {
    asked.get(message.question)?.(message.answer);
    asked.delete(message.question);
    return;
  }
  answer(message).then(send, (error: unknown) => {
    const failure = error instanceof Error
      ? { message: error.message, stack: error.stack }
      : { message: String(error) };
    send({ kind: "failed", failure });
  });
});

function send(message: FromRehearsal | FromWorker): void {
  if (process.connected) process.send?.(message);
}

async function answer(
  message: Exclude<ToRehearsal, { kind: "read" }>,
): Promise<FromRehearsal> {
  if (message.kind === "run") return { kind: "ran", recording: await rehearse(message) };
  const { contract, handlers } = await loadHandlers(message.module);
  const deps = await makeDeps(handlers.deps);
  const [jobs, events] = [jobHandlersOf(handlers.jobs), eventHandlersOf(handlers.events)];
  loaded = { contract, jobs, events, deps };
  return { kind: "loaded", digest: contract.digest };
}

async function makeDeps(make: (() => unknown) | undefined): Promise<MadeDeps> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<MadeDeps>((resolve) => {
    const why = `they take longer than ${LIMIT_MS / 1000} s`;
    timer = setTimeout(() => resolve({ why }), LIMIT_MS);
  });
  try {
    return await Promise.race([Promise.resolve(make?.()).then((deps) => ({ deps })), late]);
  } catch (cause) {
    return { why: cause instanceof Error ? cause.message : String(cause) };
  } finally {
    clearTimeout(timer);
  }
}

async function rehearse(
  { work, message: sent }: Extract<ToRehearsal, { kind: "run" }>,
): Promise<Recording> {
  const { contract, jobs, events, deps } = loaded ?? never("nothing is loaded");
  const message = { ...sent, data: decodeBase64(sent.data) };
  const delivery = { ...message, stream: STREAM, deliveries: 1, ackSubject: "" };
  const item = work.kind === "queue"
    ? new QueueItem(message, STREAM)
    : eventReader({ deployment: work.deployment, group: work.stored })(delivery);
  const { id } = item;
  if ("why" in deps) {
    return { id, outcome: { kind: "unknown", at: "deps", name: deps.why }, writes: [] };
  }
  const run = current = new RehearsedRun();
  const over = new AbortController();
  const handler = { contract, name: work.name, deps: deps.deps, run, read, signal: over.signal };
  const timer = setTimeout(() => run.stop("time", `${LIMIT_MS / 1000} s`), LIMIT_MS);
  const outcome = await Promise.race([
    item instanceof QueueItem
      ? rehearseJob(delivery, item, { ...handler, handlers: jobs })
      : rehearseEvent(delivery, item, { ...handler, handlers: events }),
    run.stopped,
  ]);
  clearTimeout(timer);
  over.abort();
  const { writes, unknown } = run;
  return { id, outcome: unknown ?? outcomeOf(outcome), writes };
}

function outcomeOf(outcome: Outcome | void): RehearsedOutcome {
  if (outcome === undefined || outcome.kind === "done") return { kind: "done" };
  if (outcome.kind === "failed") {
    // Whatever it wanted outside, it was kept from it here.
    const access = DENIED.exec(outcome.error)?.[1];
    return access === undefined
      ? { kind: "failed", error: outcome.error }
      : { kind: "unknown", at: "access", name: access };
  }
  if (outcome.kind === "later") return { kind: "later", reason: outcome.reason };
  return { kind: "failed", error: "reason" in outcome ? outcome.reason : outcome.kind };
}

const read: ReadAlias = (alias, of) => {
  const question = ++questions;
  const { promise, resolve } = Promise.withResolvers<BucketAnswer>();
  asked.set(question, resolve);
  send({ kind: "read", question, alias, of });
  return promise;
};

function never(message: string): never {
  throw new Error(message);
}
