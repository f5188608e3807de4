import type { ContractManifest, ManifestJob } from "../../contracts/manifest/manifest.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { queueName } from "../../contracts/stored/job_names.ts";
import { DEFAULT_PAYLOAD_VERSION } from "../../contracts/manifest/names.ts";

/** Milliseconds that records of jobs that are done, and dead letters, are kept unless declared. */
export const KEEP_DONE_MS = 86_400_000;
const KEEP_DEAD_MS = 2_592_000_000;

/** What a contract declares of a queue, ready to be used. */
export interface JobSurface {
  /** As it is declared. */
  readonly name: string;
  /** As one token. */
  readonly queue: string;
  readonly declared: ManifestJob;
  readonly payload: Validator;
  /** Version of the shape of payloads today. */
  readonly payloadVersion: string;
  /** Older versions that are still read. */
  readonly accepted: ReadonlyMap<string, Validator>;
  readonly result: Validator | undefined;
  /** Whether its jobs have records. */
  readonly keepsRecords: boolean;
  readonly keepDoneMs: number;
  readonly keepDeadMs: number;
}

/** The queue of a manifest; throws when it declares none of that name. */
export function jobSurface(
  { id, jobs, schemas }: Pick<ContractManifest, "id" | "jobs" | "schemas">,
  name: string,
): JobSurface {
  const declared = jobs?.[name];
  if (declared === undefined) throw new TypeError(`${id} declares no queue ${name}`);
  const validator = (schema: { readonly schema: string }) =>
    validatorOf(schemas?.[schema.schema] ?? true);
  const {
    payload,
    payloadVersion = DEFAULT_PAYLOAD_VERSION,
    acceptedVersions = {},
    result,
    keepMs = {},
  } = declared;
  return {
    name,
    queue: queueName(name),
    declared,
    payload: validator(payload),
    payloadVersion,
    accepted: new Map(
      Object.entries(acceptedVersions).map(([version, schema]) => [version, validator(schema)]),
    ),
    result: result && validator(result),
    keepsRecords: declared.progress === true || declared.logs === true || result !== undefined ||
      keepMs.done !== undefined,
    keepDoneMs: keepMs.done ?? KEEP_DONE_MS,
    keepDeadMs: keepMs.dead ?? KEEP_DEAD_MS,
  };
}
