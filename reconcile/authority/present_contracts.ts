import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { adoptionCandidates } from "./adoption_candidates.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { ATTEMPTS, type AuthorityPorts, IN_FLIGHT, tooManyConflicts } from "./authority_ports.ts";
import { decide } from "../decisions/decide.ts";
import { saveDecided } from "./decide_plan.ts";
import { declaresAnew } from "../diff/diff_reused.ts";
import { earlierVersions } from "./earlier_versions.ts";
import { inParallel } from "./in_parallel.ts";
import { KnownDeployments } from "../decisions/known_deployments.ts";
import {
  type Presentation,
  type Presented,
  type PresentOptions,
  refuseDeployment,
  type RequestedNeeds,
  requestedNeeds,
} from "./presentation.ts";
import { measurePlan } from "../impact/measure_plan.ts";
import type { Stored } from "../records/record_store.ts";
import {
  acceptsItself,
  isSettled,
  type PlanContext,
  type Proposal,
  propose,
  withChanges,
} from "../decisions/propose.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";

/** Nobody who saves a file waits longer for a count. */
const SCAN_LIMIT_MS = 3000;

/**
 * Presents contracts; the result of each stands at its place. Where each of them is accepted already, nothing
 * but their own records is read; else all records are, once.
 */
export async function presentAll(
  ports: AuthorityPorts,
  presentations: readonly Presentation[],
  options: PresentOptions,
): Promise<readonly Result<Presented, AuthorityError>[]> {
  const requests = presentations.map(requestedNeeds);
  const settled = await readSettled(ports, requests, options);
  return settled ?? await presentAnew(ports, requests, options);
}

/** What presenting leads to where it changes nothing at all; undefined where it may change something. */
async function readSettled(
  { store, serverVersion }: AuthorityPorts,
  requests: readonly Result<RequestedNeeds, AuthorityError>[],
  options: PresentOptions,
): Promise<readonly Result<Presented, AuthorityError>[] | undefined> {
  const asked = requests.flatMap((request) => request.isOk() ? [request.value] : []);
  const names = new Set(asked.map(({ deployment }) => deployment));
  if (names.size < requests.length) return undefined;
  const context = { ...options, serverVersion: serverVersion?.() };
  const records = await inParallel(asked, IN_FLIGHT, async ({ deployment, needs }) => {
    const record = (await store.load(deployment)).take();
    if (isErr(record) || record === undefined) return undefined;
    return isSettled(record.value, needs, context) ? record.value : undefined;
  });
  const settled = records.filter((record) => record !== undefined);
  return settled.length < requests.length
    ? undefined
    : settled.map((record) => ok({ deployment: record.deployment, kind: "unchanged", record }));
}

async function presentAnew(
  ports: AuthorityPorts,
  requests: readonly Result<RequestedNeeds, AuthorityError>[],
  options: PresentOptions,
): Promise<readonly Result<Presented, AuthorityError>[]> {
  const all = await ports.store.loadAll();
  if (all.isErr()) return requests.map(() => err(all.error));
  const known = new KnownDeployments(all.value);
  const seen = new Set<string>();
  const asked = requests.map((request) =>
    request.andThen((needs) => {
      const refusal = refuseDeployment(needs, known, seen);
      return refusal === undefined ? ok(needs) : err(refusal);
    })
  );
  const around = await inParallel(
    asked,
    IN_FLIGHT,
    async (requested) =>
      requested.isErr() ? err(requested.error) : (await readPlanningFacts(
        ports,
        requested.value,
        known.record(requested.value.deployment),
      )).map((around) => ({ asked: requested.value, around })),
  );
  // One after the other, so that of two contracts with one surface the first gets it.
  const proposals = around.map((facts) =>
    facts.andThen((ready) => {
      const stored = known.record(ready.asked.deployment);
      const proposal = proposeFor(ports, ready.asked, stored, ready.around, known, options);
      if (proposal.isOk()) {
        const { record } = proposal.value;
        known.add(record, proposal.value.kind === "planned" ? proposal.value.plan : undefined);
      }
      return proposal.map((value) => ({ ready, value }));
    })
  );
  return await inParallel(
    proposals,
    IN_FLIGHT,
    async (proposal) =>
      proposal.isErr()
        ? err(proposal.error)
        : await presentOne(ports, proposal.value.ready.asked, proposal.value.value, known, options),
  );
}

/** What a plan depends on beside the records. */
type PlanningFacts = Pick<PlanContext, "existing" | "earlier" | "lostBefore">;

/** Buckets in the way of new resources, and earlier versions; only where they can matter. */
async function readPlanningFacts(
  ports: AuthorityPorts,
  { deployment, needs }: RequestedNeeds,
  stored: Stored<AuthorityRecord> | undefined,
): Promise<Result<PlanningFacts, AuthorityError>> {
  const record = stored?.value;
  if (record?.pending?.digest === needs.digest) return ok({});
  const existing = await adoptionCandidates(deployment, needs, record, ports.buckets);
  if (existing.isErr()) return err(existing.error);
  const earlier = record !== undefined && declaresAnew(record.desired?.needs, needs)
    ? await earlierVersions(ports, record)
    : ok([]);
  const isProjected = Object.values(needs.resources.kv).some(({ projection }) => projection);
  const events = isProjected ? await ports.work?.stream(EVENT_STREAM) : undefined;
  const lostBefore = events?.isOk() ? events.value?.lostBefore : undefined;
  return earlier.map((earlier) => ({ existing: existing.value, earlier, lostBefore }));
}

function proposeFor(
  { sources, serverVersion }: AuthorityPorts,
  { deployment, needs }: RequestedNeeds,
  stored: Stored<AuthorityRecord> | undefined,
  around: PlanningFacts,
  known: KnownDeployments,
  { mode, by }: PresentOptions,
  replaces = false,
): Result<Proposal, AuthorityError> {
  return propose(stored?.value, needs, {
    replaces,
    deployment,
    mode,
    by,
    planId: sources.id(),
    now: sources.now(),
    signer: sources.signer,
    taken: known.taken,
    serverVersion: serverVersion?.(),
    users: known.usersFor(deployment),
    ...around,
  });
}

async function presentOne(
  ports: AuthorityPorts,
  asked: RequestedNeeds,
  first: Proposal,
  known: KnownDeployments,
  options: PresentOptions,
): Promise<Result<Presented, AuthorityError>> {
  const { deployment } = asked;
  let stored = known.record(deployment);
  let proposal = first;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const waiting = await waitingPlan(ports, proposal);
    if (waiting.isErr() && waiting.error.code !== "record_corrupt") return err(waiting.error);
    const pending = waiting.isOk() ? waiting.value : undefined;
    if (proposal.kind === "coalesced" && pending === undefined) {
      // Nobody could ever decide it; what is left of it stays where it is.
      const around = await readPlanningFacts(ports, asked, withoutPending(stored));
      if (around.isErr()) return err(around.error);
      const renewed = proposeFor(ports, asked, stored, around.value, known, options, true);
      if (renewed.isErr()) return err(renewed.error);
      proposal = renewed.value;
    }
    const done = await carryOut(ports, deployment, stored, proposal, pending, options);
    if (done.isErr()) return err(done.error);
    if (done.value !== undefined) return ok(done.value);
    const again = await ports.store.load(deployment);
    if (again.isErr()) return err(again.error);
    stored = again.value;
    const around = await readPlanningFacts(ports, asked, stored);
    if (around.isErr()) return err(around.error);
    const next = proposeFor(ports, asked, stored, around.value, known, options);
    if (next.isErr()) return err(next.error);
    proposal = next.value;
  }
  return err(tooManyConflicts(deployment));
}

/** The plan that waits already, if the proposal leaves it; undefined when it is gone or damaged. */
async function waitingPlan(
  { store }: AuthorityPorts,
  { kind, record: { deployment, pending } }: Proposal,
): Promise<Result<Plan | undefined, AuthorityError>> {
  if (kind !== "coalesced" || pending === undefined) return ok(undefined);
  const loaded = await store.loadPlan(deployment, pending.planId);
  return loaded.map((plan) => {
    const isWhole = plan !== undefined &&
      (pending.planDigest === undefined || pending.planDigest === planDigest(plan));
    return isWhole ? plan : undefined;
  });
}

function withoutPending(
  stored: Stored<AuthorityRecord> | undefined,
): Stored<AuthorityRecord> | undefined {
  if (stored === undefined) return undefined;
  const { pending: _gone, ...value } = stored.value;
  return { ...stored, value };
}

/** Writes what a proposal leads to; undefined when another process changed the record meanwhile. */
async function carryOut(
  ports: AuthorityPorts,
  deployment: string,
  stored: Stored<AuthorityRecord> | undefined,
  proposal: Proposal,
  pending: Plan | undefined,
  options: PresentOptions,
): Promise<Result<Presented | undefined, AuthorityError>> {
  const { store, sources } = ports;
  let { record } = proposal;
  let plan = pending;
  let problems: readonly string[] = [];
  if (proposal.kind === "planned") {
    const measured = await withImpact(ports, proposal, options);
    ({ record, plan, problems } = measured);
    const written = await store.savePlan(plan);
    if (written.isErr()) return err(written.error);
  }
  let kind: Presented["kind"] = proposal.kind === "unchanged" ? "unchanged" : "pending";
  if (plan !== undefined && acceptsItself(record, plan)) {
    const accepted = decide(record, plan, {
      verb: "accept-update",
      by: options.by,
      now: sources.now(),
      signer: sources.signer,
      reason: "every change is safe",
    });
    if (accepted.isErr()) {
      if (proposal.kind === "planned") await store.dropPlan(plan);
      return err(accepted.error);
    }
    record = accepted.value;
    kind = "accepted";
  }
  const presented: Presented = {
    deployment,
    kind,
    record,
    ...(plan === undefined ? {} : { plan }),
    ...(problems.length === 0 ? {} : { problems }),
  };
  if (record === stored?.value) return ok(presented);
  const before = stored ?? { value: proposal.record, revision: undefined };
  const saved = kind === "accepted" && plan !== undefined
    ? await saveDecided(ports, before, record, plan)
    : await store.save(record, stored?.revision);
  if (saved.isOk() && saved.value) return ok(presented);
  // Nobody will ever decide it. Where it cannot be taken back it stays, and stands for nothing.
  if (proposal.kind === "planned" && plan !== undefined && isDropped(saved)) {
    await store.dropPlan(plan);
  }
  return saved.isErr() ? err(saved.error) : ok(undefined);
}

/** What a plan of dangerous changes means for the data, and the record that waits for that plan. */
async function withImpact(
  ports: AuthorityPorts,
  { plan, record }: Extract<Proposal, { kind: "planned" }>,
  { scan }: PresentOptions,
): Promise<{ plan: Plan; record: AuthorityRecord; problems: readonly string[] }> {
  if (ports.scanner === undefined) return { plan, record, problems: [] };
  const options = { timeLimitMs: SCAN_LIMIT_MS, ...scan };
  const { changes, problems } = await measurePlan(plan, record, ports, options);
  const measured = withChanges(plan, changes);
  if (record.pending === undefined) return { plan: measured, record, problems };
  const pending = { ...record.pending, planDigest: planDigest(measured) };
  return { plan: measured, record: { ...record, pending }, problems };
}

/** Whether a record was certainly not written. */
function isDropped(saved: Result<boolean, AuthorityError>): boolean {
  return saved.isOk() || saved.error.code === "surface_taken";
}
