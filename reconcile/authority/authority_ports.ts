import { err, ok, type Result } from "../../contracts/result.ts";
import { authorityCommand, AuthorityError } from "../records/authority_error.ts";
import type { ResourcePolicy } from "../resources/policy.ts";
import type { AuthorityLedger, Stored } from "../records/record_store.ts";
import type { WorkStreams } from "../resources/work_streams.ts";
import type { Buckets } from "../resources/buckets.ts";
import type { BucketScanner } from "../impact/bucket_scanner.ts";
import type { KeptStream, KeptStreams } from "../resources/kept_streams.ts";
import type { OwnedStream, OwnedStreams } from "../resources/owned_streams.ts";
import type { StreamLayout } from "../resources/stream_layout.ts";
import type { Sources } from "../records/sources.ts";
import { type AuthorityRecord, decisionOn, type Plan } from "../records/authority_record.ts";

/** What authority works with. */
export interface AuthorityPorts {
  readonly store: AuthorityLedger;
  readonly buckets: Buckets;
  /** What groups, projections and relays are made of; without it they stay as they are. */
  readonly work?: WorkStreams;
  readonly sources: Sources;
  /** Without it plans do not say what they mean for the data. */
  readonly scanner?: BucketScanner;
  /** Without it records that were deleted are not missed. */
  readonly streams?: OwnedStreams;
  /** Without it nothing is known of the servers that keep streams. */
  readonly kept?: KeptStreams;
  /** What contracts may ask for at most; as it is stored for all processes when left out. */
  readonly policy?: ResourcePolicy;
  /** How many replicas the servers are good for that there are; one where left out. */
  readonly autoReplicas?: () => Promise<Result<number, AuthorityError>>;
  /** Why the servers do not keep streams in a way; undefined where they do. Without it nobody is asked. */
  readonly whyNotKept?: (
    layout: StreamLayout,
  ) => Promise<Result<string | undefined, AuthorityError>>;
  /** Version of the server; undefined where it is not known. */
  readonly serverVersion?: () => string | undefined;
}

/** How often something is tried again when another process wrote the record meanwhile. */
export const ATTEMPTS = 8;

/** Deployments that are worked on at once. */
export const IN_FLIGHT = 32;

/** The record of a deployment, which has to be there. */
export async function existingRecord(
  { store }: AuthorityPorts,
  deployment: string,
): Promise<Result<Stored<AuthorityRecord>, AuthorityError>> {
  const stored = await store.load(deployment);
  if (stored.isErr()) return err(stored.error);
  return stored.value === undefined ? err(unknownDeployment(deployment)) : ok(stored.value);
}

/** A plan of a deployment, which has to be there. */
export async function existingPlan(
  { store }: AuthorityPorts,
  deployment: string,
  id: string,
): Promise<Result<Plan, AuthorityError>> {
  const plan = await store.loadPlan(deployment, id);
  if (plan.isErr()) return err(plan.error);
  return plan.value === undefined
    ? err(
      new AuthorityError(
        "plan_not_found",
        `${deployment} has no plan ${id.slice(0, 60)}`,
        "its plans are listed by",
        { command: authorityCommand(deployment, "plan", "list", "--state", "all") },
      ),
    )
    : ok(plan.value);
}

/** The streams that name their owner; none where they cannot be listed. */
export async function ownedStreams(
  { streams }: AuthorityPorts,
): Promise<Result<readonly OwnedStream[], AuthorityError>> {
  if (streams === undefined) return ok([]);
  return (await streams.owned())
    .mapErr(({ message, hint }) => new AuthorityError("unavailable", message, hint));
}

/** The streams of a cluster, with the servers that keep them; none where that is not known. */
export async function keptStreams(
  { kept }: AuthorityPorts,
): Promise<Result<readonly KeptStream[], AuthorityError>> {
  if (kept === undefined) return ok([]);
  return (await kept.kept())
    .mapErr(({ message, hint }) => new AuthorityError("unavailable", message, hint));
}

/** The record with its whole history. */
export async function withArchive(
  { store }: { readonly store: Pick<AuthorityLedger, "loadArchive"> },
  record: AuthorityRecord,
): Promise<Result<AuthorityRecord, AuthorityError>> {
  if (record.archived === undefined) return ok(record);
  const older = await store.loadArchive(record);
  const { archived: _read, ...rest } = record;
  return older.map((decisions) => ({ ...rest, history: [...decisions, ...record.history] }));
}

/** The record with as much of its history as is needed to know the state of a plan. */
export function withEnoughHistory(
  ports: AuthorityPorts,
  record: AuthorityRecord,
  planId: string,
): Promise<Result<AuthorityRecord, AuthorityError>> | Result<AuthorityRecord, AuthorityError> {
  const known = record.pending?.planId === planId ||
    decisionOn(record.history, planId) !== undefined;
  return known ? ok(record) : withArchive(ports, record);
}

/** The record changed each time it was to be written. */
export function tooManyConflicts(deployment: string): AuthorityError {
  return new AuthorityError(
    "too_many_conflicts",
    `the record of ${deployment} kept changing`,
    "try again",
  );
}

function unknownDeployment(deployment: string): AuthorityError {
  return new AuthorityError(
    "deployment_not_found",
    `there is no deployment ${deployment.slice(0, 60)}`,
    "those that exist are shown by",
    { command: ["status"] },
  );
}
