import type { Contract } from "../../contracts/define/contract.ts";
import type { ErrorClass } from "../../contracts/errors/trellis_error.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { declaredErrors } from "./error_envelope.ts";

/** What is called and served: an RPC, or what belongs to an operation. */
export interface CalledSurface {
  readonly name: string;
  /** Without the caller's token. */
  readonly subject: string;
  readonly input: Validator;
  readonly output: Validator;
  /** Error classes by wire type. */
  readonly declared: ReadonlyMap<string, ErrorClass>;
  /** Global keys of what the broker asks of callers. */
  readonly capabilities: readonly string[];
}

/** An RPC of a contract. */
export function rpcSurface(
  { manifest, errors }: Pick<Contract, "manifest" | "errors">,
  name: string,
): CalledSurface {
  const rpc = manifest.rpc?.[name];
  if (rpc === undefined) throw new TypeError(`${manifest.id} declares no RPC ${name}`);
  const { schemas = {} } = manifest;
  return {
    name,
    subject: rpc.subject,
    input: validatorOf(schemas[rpc.input.schema] ?? true),
    output: validatorOf(schemas[rpc.output.schema] ?? true),
    declared: declaredErrors(rpc, errors),
    capabilities: rpc.capabilities?.call ?? [],
  };
}
