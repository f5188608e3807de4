import { isRecord } from "../../../contracts/json/json.ts";
import type { QueueKind } from "../../../contracts/stored/job_names.ts";
import { isOver, progressShare, type WorkView } from "../../jobs/work_view.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import type { Screen } from "../../terminal/terminal.ts";

/** Jobs or operations as lines of a table; empty without any. */
export function worksText(
  kind: QueueKind,
  work: readonly WorkView[],
  { columns, style }: Screen,
  now: number,
): string {
  return table(
    work,
    [
      { heading: kind === "job" ? "job" : "operation", cell: ({ id }) => id, whole: true },
      {
        heading: "state",
        cell: ({ state }) => state,
        paint: ({ state }) => isBad(state) ? style.red : isGood(state) ? style.green : style.yellow,
      },
      { heading: "try", cell: ({ attempt }) => String(attempt), align: "right" },
      { heading: "created", cell: ({ createdAt }) => relativeTime(createdAt, now) },
      ...(kind === "operation"
        ? [{ heading: "by", cell: ({ owner }: WorkView) => owner ?? "" }]
        : []),
      { heading: "what", cell: (view) => remarkText(view, now) },
    ],
    columns,
    style,
  );
}

/** What there is to say of something beside its state, in few words. */
export function remarkText(view: WorkView, now: number): string {
  const { state, dueAt, waitsFor, progress, error, reason } = view;
  if (error !== undefined && (isOver(state) || dueAt !== undefined)) {
    const due = dueAt === undefined ? "" : `${dueText(dueAt, now)} after `;
    return `${due}${errorText(error)}`;
  }
  if (reason !== undefined) return reason;
  if (waitsFor !== undefined && state === "waiting") return `for ${waitsFor}`;
  if (dueAt !== undefined) return dueText(dueAt, now);
  return progress === undefined ? "" : progressText(progress);
}

/** Progress on one line: how much is done where it says that, else what it says. */
export function progressText(progress: unknown): string {
  const share = progressShare(progress);
  if (share === undefined) {
    return typeof progress === "string" ? progress : JSON.stringify(progress);
  }
  const { done, total } = share;
  return `${done} of ${total} (${Math.floor(100 * done / total)} %)`;
}

/** An error on one line: a declared one by its type and message. */
export function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isRecord(error)) return JSON.stringify(error);
  const { type, message } = error;
  if (typeof message !== "string") return JSON.stringify(error);
  return typeof type === "string" ? `${type}: ${message}` : message;
}

/** All that is known of one, name by name. */
export function workFacts(view: WorkView): readonly (readonly [string, string])[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["id", view.id],
    ["state", view.state],
    ["try", String(view.attempt)],
    ["started by", view.owner],
    ["created", view.createdAt],
    ["next try", view.dueAt],
    ["begun", view.startedAt],
    ["changed", view.endedAt === undefined ? view.updatedAt : undefined],
    ["ended", view.endedAt],
    ["deadline", view.deadline],
    ["waits for", view.waitsFor],
    ["worker", view.worker],
    ["progress", view.progress === undefined ? undefined : progressText(view.progress)],
    ["error", view.error === undefined ? undefined : errorText(view.error)],
    ["reason", view.reason],
    ["cause", view.cause],
    ["contract", view.digest],
    ["version", view.payloadVersion],
  ];
  return facts.flatMap(([name, text]) => text === undefined ? [] : [[name, text] as const]);
}

/** The same for a program: what is not known is null. */
export function workJson(view: WorkView): Readonly<Record<string, unknown>> {
  return {
    id: view.id,
    state: view.state,
    attempt: view.attempt,
    createdAt: view.createdAt,
    updatedAt: view.updatedAt ?? null,
    startedAt: view.startedAt ?? null,
    endedAt: view.endedAt ?? null,
    dueAt: view.dueAt ?? null,
    deadline: view.deadline ?? null,
    worker: view.worker ?? null,
    owner: view.owner ?? null,
    waitsFor: view.waitsFor ?? null,
    progress: view.progress ?? null,
    result: view.result ?? null,
    error: view.error ?? null,
    reason: view.reason ?? null,
    logs: view.logs ?? null,
    cause: view.cause ?? null,
    digest: view.digest ?? null,
    payloadVersion: view.payloadVersion ?? null,
  };
}

/** Whether a state is an end that nobody wanted. */
export function isBad(state: string): boolean {
  return state === "dead" || state === "failed";
}

/** Whether a state is the end that was wanted. */
export function isGood(state: string): boolean {
  return state === "done" || state === "completed";
}

function dueText(dueAt: string, now: number): string {
  return Date.parse(dueAt) > now ? relativeTime(dueAt, now) : "about to begin";
}
