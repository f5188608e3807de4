import type { Evaluation } from "./evaluate_file.ts";

/** What an evaluation process is told, as one JSON text: it then reads no more. */
export interface EvaluationOrder {
  /** Begins each line that counts: files may print lines of their own, and do not know it. */
  readonly mark: string;
  /** The files, in their order. */
  readonly urls: readonly string[];
}

/** Said for every file in turn, so that the other side can measure each. */
export type EvaluationMessage =
  | { readonly kind: "started" }
  | {
    readonly kind: "settled";
    readonly evaluation: Evaluation;
    /** Failed outside the import: perhaps an earlier file caused it. */
    readonly stray: boolean;
    /** False when the file changed the realm for the files after it. */
    readonly intact: boolean;
  };
