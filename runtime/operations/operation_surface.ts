import type { Contract } from "../../contracts/define/contract.ts";
import { OperationError } from "../../contracts/errors/operation_error.ts";
import { TransferError } from "../../contracts/errors/transfer_error.ts";
import type { ErrorClass } from "../../contracts/errors/trellis_error.ts";
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import type { CalledSurface } from "../rpc/called_surface.ts";
import { declaredErrors } from "../rpc/error_envelope.ts";
import { OPERATION_ANSWER } from "./operation_control.ts";

/** An operation as it is declared, with what checks it. */
export interface OperationSurface {
  /** Id of the contract. */
  readonly contract: string;
  /** Its dotted name. */
  readonly name: string;
  /** Starts one. */
  readonly start: CalledSurface;
  /** Everything that is asked of one that was started. */
  readonly control: CalledSurface;
  readonly progress: Validator;
  readonly output: Validator;
  /** Errors that it may end with, by wire type. */
  readonly declared: ReadonlyMap<string, ErrorClass>;
}

const OPERATION_ERRORS: readonly [string, ErrorClass][] = [
  ["OperationError", OperationError],
  ["TransferError", TransferError],
];

/** An operation of a contract. */
export function operationSurface(
  { id, manifest, errors }: Pick<Contract, "manifest" | "errors"> & { readonly id: string },
  name: string,
): OperationSurface {
  const declaration = manifest.operations?.[name];
  if (declaration === undefined) throw new TypeError(`${id} declares no operation ${name}`);
  const { subject, input, progress, output, capabilities } = declaration;
  const check = (ref: { readonly schema: string } | undefined) =>
    validatorOf(manifest.schemas?.[ref?.schema ?? ""] ?? true);
  const declared = new Map(OPERATION_ERRORS);
  return {
    contract: id,
    name,
    start: {
      name,
      subject,
      input: check(input),
      output: OPERATION_ANSWER,
      declared,
      capabilities: capabilities?.call ?? [],
    },
    control: {
      name: `${name}.control`,
      subject: `${subject}.control`,
      // Who serves it checks it.
      input: validatorOf(true),
      output: OPERATION_ANSWER,
      declared,
      capabilities: [],
    },
    progress: check(progress),
    output: check(output),
    declared: new Map([...declaredErrors(declaration, errors), ...declared]),
  };
}
