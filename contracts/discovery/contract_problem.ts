/** Everything that can be wrong with a contract file. */
export type ContractProblemCode =
  | "no_contracts_folder"
  | "empty"
  | "unreadable"
  | "syntax"
  | "import"
  | "no_contract"
  | "several_contracts"
  | "mistake"
  | "threw"
  | "exit"
  | "timeout"
  | "memory"
  | "permission"
  | "invalid_manifest"
  | "duplicate_id"
  | "surface_collision";

/** Something wrong with a contract file, and how to fix it. */
export interface ContractProblem {
  /** Relative to the project; empty when it is about no single file. */
  readonly file: string;
  readonly code: ContractProblemCode;
  /** JSON pointer into the contract; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** How to fix it. */
  readonly fix: string;
  /** Where in the file, from 1, where that is known. */
  readonly line?: number;
  readonly column?: number;
}
