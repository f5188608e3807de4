import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { jsonMisfit } from "../../contracts/json/json_fit.ts";
import type { ContractManifest, ManifestState } from "../../contracts/manifest/manifest.ts";
import type { StateFound } from "../../contracts/platform/models/index.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";

/** What a contract declares of one store, prepared. */
export interface StoreShape {
  /** The name under `state`. */
  readonly name: string;
  /** Checks values of the current version. */
  readonly current: Validator;
  /** Checks values of the older versions that are accepted. */
  readonly accepted: ReadonlyMap<string, Validator>;
}

/** Prepares what a manifest declares of a store. */
export function storeShape(
  { schemas = {} }: ContractManifest,
  name: string,
  { schema, acceptedVersions = {} }: ManifestState,
): StoreShape {
  const validator = (reference: { readonly schema: string }) =>
    validatorOf(schemas[reference.schema] ?? true);
  const accepted = Object.entries(acceptedVersions)
    .map(([version, schema]) => [version, validator(schema)] as const);
  return { name, current: validator(schema), accepted: new Map(accepted) };
}

/** The error of a value that is not to be sent; undefined when it is. */
export function valueProblem(
  { name, current }: StoreShape,
  value: unknown,
): ValidationError | undefined {
  const subject = `the value for state.${name}`;
  const misfit = jsonMisfit(value);
  if (misfit !== undefined) return new ValidationError({ subject, issues: [misfit] });
  if (current.check(value)) return undefined;
  return new ValidationError({ subject, issues: current.issues(value) });
}

/** Why what was answered is no entry of the store; undefined when it is one. */
export function foundProblem(
  { current, accepted }: StoreShape,
  found: StateFound,
): string | undefined {
  if (!("migrationRequired" in found)) return misfitOf(current, found.value);
  const { stateVersion, entry } = found;
  const older = accepted.get(stateVersion);
  return older === undefined
    ? `the contract does not accept the version ${stateVersion}`
    : misfitOf(older, entry.value);
}

function misfitOf(validator: Validator, value: unknown): string | undefined {
  if (validator.check(value)) return undefined;
  const [issue] = validator.issues(value);
  return `/value${issue?.path ?? ""} ${issue?.message ?? "does not fit"}`;
}
