/**
 * The types of working on jobs, inferred from a contract: the `jobs` of a handlers file.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  JobDeclaration,
  SchemaOf,
  SchemaRef,
} from "../../../contracts/define/declaration.ts";
import type { Section } from "../../../contracts/define/selected_surface.ts";
import type { Result } from "../../../contracts/result.ts";
import type { HandlerClient } from "../../client/client_types.ts";
import type { JobPayloadOf, JobResultOf } from "../job_types.ts";
import type { Job } from "./job_context.ts";

/** What the handler of a job receives. */
export interface JobArguments<B extends ContractBody, D extends JobDeclaration, Deps> {
  /** The payload, validated, and migrated where it is of an older version. */
  readonly payload: JobPayloadOf<D>;
  /** Which job it is, how to report on it, and how to stop in time. */
  readonly job: Job;
  /** The resources and calls that the contract declares; what they do carries on the job's trace and cause. */
  readonly client: HandlerClient<B>;
  /** The application's own dependencies. */
  readonly deps: Deps;
}

/** What a handler answers of its job: a result where one is declared, whatever it likes where none is. */
type Answer<D extends JobDeclaration> = D extends { readonly result: SchemaRef } ? JobResultOf<D>
  : unknown;

/**
 * Works on one job: `ok(result)`, or an error, and it is tried again as the queue declares. `RetryLater` and
 * `GiveUp` are errors that say more.
 */
export type JobHandler<B extends ContractBody, D extends JobDeclaration, Deps> = (
  received: JobArguments<B, D, Deps>,
) => Result<Answer<D>, unknown> | PromiseLike<Result<Answer<D>, unknown>>;

/** Makes today's payload of one of each older version that is accepted. */
export type JobMigrations<D extends JobDeclaration> = {
  readonly [Version in keyof Section<D, "acceptedVersions">]: Section<
    D,
    "acceptedVersions"
  >[Version] extends infer S extends SchemaRef ? (old: Static<SchemaOf<S>>) => JobPayloadOf<D>
    : never;
};

/** The handler of a queue: a function, with migrations beside it while older versions are accepted. */
export type JobHandlerEntry<B extends ContractBody, D extends JobDeclaration, Deps> =
  keyof Section<D, "acceptedVersions"> extends never
    ? JobHandler<B, D, Deps> | { readonly handle: JobHandler<B, D, Deps>; readonly migrate?: never }
    : HandleAndMigrate<JobMigrations<D>, JobHandler<B, D, Deps>>;

/** Has a name so that the compiler says in it what is missing where a function stands alone. */
interface HandleAndMigrate<Migrate, Handle> {
  readonly handle: Handle;
  readonly migrate: Migrate;
}

/** A handler for every queue of a contract. */
export type JobHandlers<B extends ContractBody, Deps> = {
  readonly [Queue in keyof Section<B, "jobs">]: Section<B, "jobs">[Queue] extends
    infer D extends JobDeclaration ? JobHandlerEntry<B, D, Deps> : never;
};

/** `service.handle.job`: registers the handler of a queue, which begins. */
export type JobRegistry<B extends ContractBody, Deps> = {
  readonly [Queue in keyof Section<B, "jobs">]: Section<B, "jobs">[Queue] extends
    infer D extends JobDeclaration ? (handler: JobHandlerEntry<B, D, Deps>) => void : never;
};
