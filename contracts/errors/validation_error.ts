import type { Static, TArray, TLiteral, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

const ValidationErrorDataSchema: TObject<{
  type: TLiteral<"ValidationError">;
  message: TString;
  issues: TArray<TObject<{ path: TString; message: TString }>>;
}> = Type.Object({
  type: Type.Literal("ValidationError"),
  message: Type.String(),
  issues: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
});

/** Wire data of a {@link ValidationError}. */
export type ValidationErrorData = Static<typeof ValidationErrorDataSchema>;

/** One reason why a value does not fit its schema. */
export interface ValidationIssue {
  /** JSON pointer of the offending part; empty for the whole value. */
  readonly path: string;
  /** What is wrong with it. */
  readonly message: string;
}

/** A value does not fit the schema that its contract declares. */
export class ValidationError extends TrellisError<ValidationErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof ValidationErrorDataSchema = ValidationErrorDataSchema;
  /** The wire type. */
  override readonly name = "ValidationError" as const;
  /** Why, part by part. */
  readonly issues: readonly ValidationIssue[];

  /**
   * Made from its parts.
   *
   * @param options what was validated (`subject`), or a whole message, and the issues
   */
  constructor(
    options: ErrorOptions & {
      message?: string;
      subject?: string;
      issues: readonly ValidationIssue[];
    },
  ) {
    super({ ...options, message: options.message ?? describe(options.subject, options.issues) });
    this.issues = options.issues;
  }

  /** The data that goes on the wire. */
  override toSerializable(): ValidationErrorData {
    return { type: this.name, message: this.message, issues: this.issues.map((i) => ({ ...i })) };
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable({ message, issues }: ValidationErrorData): ValidationError {
    return new ValidationError({ message, issues });
  }
}

function describe(subject = "value", issues: readonly ValidationIssue[]): string {
  const first = issues[0];
  const where = first === undefined || first.path === "" ? "" : `${first.path} `;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `${subject} does not fit its schema: ${where}${first?.message ?? "unknown"}${more}`;
}
