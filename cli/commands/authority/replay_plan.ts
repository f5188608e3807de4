import { discoverContracts } from "../../../contracts/discovery/discovery.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { changePlace } from "../../../reconcile/changes/change_place.ts";
import type { Plan } from "../../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../../runtime/nats/jetstream/jetstream_requests.ts";
import { Project } from "../../workers/project.ts";
import type { CommandContext, ExplainedError } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type ReplayedProjection, replayProjection } from "../../replay/replay_projection.ts";
import { rehearseWork } from "../../rehearsal/rehearse_work.ts";
import type { WorkReport } from "../../rehearsal/work_report.ts";
import type { ReplayFailure } from "../../replay/replayer.ts";
import { progress } from "../../terminal/progress.ts";
import { DEFAULT_HEAP_MB } from "../../workers/worker_host.ts";
import { workerSettings } from "../../workers/worker_settings.ts";

/** Jobs of each queue, and events of each group, at most. */
const MOST = 100;
/** Milliseconds for the events of one projection, and for all that is rehearsed. A person asked for it and can end it. */
const TIME_LIMIT_MS = 10 * 60_000;

/** What the code of a plan would make of what is there. */
export interface ReplayedPlan {
  /** The projections that it changes. */
  readonly projections: readonly ReplayedProjection[];
  /** The queues of jobs and the groups of its contract. */
  readonly work: readonly WorkReport[];
}

/**
 * Folds the events of the projections that a plan changes with the reducers of this project, and rehearses the last
 * jobs of its queues and the last events of its groups with their handlers.
 */
export async function replayPlan(
  plan: Plan,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
  context: CommandContext,
): Promise<Result<ReplayedPlan, ExplainedError>> {
  const { terminal, globals, signal } = context;
  const aliases = changedProjections(plan);
  const queues = Object.entries(plan.needs.jobs ?? {}).map(([name, { settings }]) => ({
    name,
    classes: typeof settings.priorities === "number" ? settings.priorities : 1,
  }));
  const consumed = Object.entries(plan.needs.consumers ?? {});
  if (aliases.length + queues.length + consumed.length === 0) return err(NOTHING_TO_REPLAY);
  const record = (await authority.show(plan.deployment)).take();
  if (isErr(record)) return record;
  const { kv = {}, projections = {}, groups = {} } = record.materialized?.bindings ?? {};
  const project = new Project(globals.project);
  const module = (await handlersOf(plan, project, signal)).take();
  if (isErr(module)) return module;
  const settings = { ...await workerSettings(project), heapMb: DEFAULT_HEAP_MB };
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const replayed: ReplayedProjection[] = [];
  for (const alias of aliases) {
    const label = `replaying ${alias}`;
    using work = progress(terminal, label, globals.quiet || !terminal.err.isTerminal);
    const bound = projections[alias];
    const outcome = (await replayProjection({
      alias,
      module: module.url,
      digest: plan.needs.digest,
      bucket: bound?.bucket ?? kv[alias]?.bucket,
      stream: bound?.stream ?? EVENT_STREAM,
      created: bound?.created ?? "",
      requests,
      settings,
      limit: AbortSignal.timeout(TIME_LIMIT_MS),
      signal,
      progress: (at, last) => work.update(`${label}: event ${count(at)} of ${count(last)}`),
    })).take();
    if (isErr(outcome)) return err(notReplayed(alias, module.file, outcome.error));
    replayed.push(outcome);
  }
  if (queues.length + consumed.length === 0) return ok({ projections: replayed, work: [] });
  using work = progress(terminal, "rehearsing", globals.quiet || !terminal.err.isTerminal);
  const rehearsed = await rehearseWork({
    deployment: plan.deployment,
    module: module.url,
    digest: plan.needs.digest,
    queues,
    // Nothing waits for one that is not there yet.
    groups: consumed.flatMap(([name, { renamedFrom = name }]) => {
      const before = Object.hasOwn(groups, name) ? name : renamedFrom;
      const binding = groups[before];
      return binding === undefined ? [] : [{ name, stored: binding.name ?? before, binding }];
    }),
    most: MOST,
    bindings: { kv, projections },
    messaging,
    settings,
    limit: AbortSignal.timeout(TIME_LIMIT_MS),
    signal,
    progress: (name, at, of) => work.update(`rehearsing ${name}: ${count(at)} of ${count(of)}`),
  });
  return rehearsed.map((work) => ({ projections: replayed, work }))
    .mapErr((failure) => notReplayed("its work", module.file, failure));
}

/** Aliases of the projections that a plan is about. */
function changedProjections({ changes, needs: { resources: { kv } } }: Plan): readonly string[] {
  const changed = changes.map(changePlace).flatMap(({ section, name }) =>
    section === "kv" && Object.hasOwn(kv, name) && kv[name]?.projection !== undefined ? [name] : []
  );
  return [...new Set(changed)];
}

/** The file whose reducers a plan would run. */
async function handlersOf(
  { needs: { contract: id, digest } }: Plan,
  project: Project,
  signal: AbortSignal,
): Promise<Result<{ readonly url: string; readonly file: string }, ExplainedError>> {
  const { contracts } = await discoverContracts({ project: project.root, signal });
  const contract = contracts.find((contract) => contract.id === id);
  const module = contract && await project.moduleOf(contract);
  if (contract === undefined || module === undefined) {
    const message = `${project.root} has no handlers of ${id}`;
    return err({ code: "not_replayed", message, hint: "name the project with --project" });
  }
  if (contract.digest !== digest) {
    const message = `${contract.file} is another version of ${id} than this plan is for`;
    return err({ code: "not_replayed", message, hint: "check out the version of the plan" });
  }
  if (module.style === "handlers") return ok(module);
  return err({
    code: "not_replayed",
    message: `${module.file} connects by itself, so its reducers and handlers cannot be run alone`,
    hint: `export them with defineHandlers from ${contract.file.replace(/^\w+/, "handlers")}`,
  });
}

function notReplayed(
  alias: string,
  file: string,
  { kind, message }: ReplayFailure,
): ExplainedError {
  const about = `${alias} could not be replayed`;
  switch (kind) {
    case "aborted":
      return { code: "interrupted", message: `${about}: ${message}` };
    case "code":
    case "contract":
      return {
        code: "not_replayed",
        message: `${about}: ${file}: ${message}`,
        hint: "mend the file, and try again; nothing was changed",
      };
    case "server":
      return {
        code: "not_replayed",
        message: `${about}: ${message}`,
        hint: "try again; nothing was changed",
      };
  }
}

const NOTHING_TO_REPLAY: ExplainedError = {
  code: "not_replayed",
  message: "this plan changes no projection, and its contract has no queue of jobs and no group",
  hint: "leave out --replay",
};

function count(value: number): string {
  return value.toLocaleString("en-US");
}
