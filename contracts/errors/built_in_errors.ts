import { TransportError } from "./transport_error.ts";
import { UnexpectedError } from "./unexpected_error.ts";
import { ValidationError } from "./validation_error.ts";

/** The error classes that every runtime knows: a contract may refer to them without registering them. */
export interface BuiltInErrors {
  /** The transport or the boundary of the runtime failed. */
  readonly TransportError: typeof TransportError;
  /** Something that was not expected. */
  readonly UnexpectedError: typeof UnexpectedError;
  /** A value does not fit its schema. */
  readonly ValidationError: typeof ValidationError;
}

/** The same, by wire type. */
export const BUILT_IN_ERRORS: BuiltInErrors = { TransportError, UnexpectedError, ValidationError };
