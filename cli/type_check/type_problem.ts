/** One reason why a project does not type-check. */
export interface TypeProblem {
  /** Absolute path; the project's folder when the compiler named no file. */
  readonly file: string;
  /** First line is 1. */
  readonly line: number;
  /** First column is 1, in UTF-16 code units. */
  readonly column: number;
  /** The compiler's code as `TS2322`, or a word where there is none, as `syntax`. */
  readonly code: string;
  /** The compiler's words, without colours; further lines are indented. */
  readonly message: string;
}
