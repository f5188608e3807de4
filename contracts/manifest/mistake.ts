/** Something that the author of a contract got wrong, and how to fix it. */
export interface Mistake {
  /** Stable code, as `schema.unknown`. */
  readonly code: MistakeCode;
  /** JSON pointer into the contract, as `/resources/kv/orders/schema`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/** Every kind of mistake. */
export type MistakeCode =
  | "shape"
  | "name"
  | "schema.unknown"
  | "schema.invalid"
  | "schema.unused_ref"
  | "error.unknown"
  | "store.unknown"
  | "error.invalid"
  | "capability.unknown"
  | "surface.collision"
  | "surface.subject"
  | "param.unknown"
  | "use.unknown"
  | "value.range"
  | "state.version"
  | "section.misplaced";

/** A contract cannot be defined: every mistake in it, at once. */
export class ContractError extends Error {
  /** Recognised across module instances and workers. */
  override readonly name = "ContractError";
  /**
   * Made from its parts.
   *
   * @param contractId as far as it is known
   */
  constructor(readonly contractId: string, readonly mistakes: readonly Mistake[]) {
    super(
      `the contract ${contractId} has ${mistakes.length} mistake(s)\n` +
        mistakes.map(describeMistake).join("\n"),
    );
  }
}

/** `  /rpc/Orders.Create/input  what is wrong\n    how to fix it` */
export function describeMistake(mistake: Mistake): string {
  return `  ${mistake.path || "/"}  ${mistake.message}\n    ${mistake.fix}`;
}
