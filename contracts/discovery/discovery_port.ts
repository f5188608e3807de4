import type { EvaluateOptions, FileEvaluation } from "./evaluate_files.ts";

/** What discovery needs of the world. */
export interface DiscoveryPort {
  /** Names in a folder; undefined when there is no such folder. */
  names(folder: string): Promise<readonly string[] | undefined>;
  /** Why a file may not be used: it cannot be read, or it is a link that leaves the boundary. */
  refusal(path: string, boundary: string | undefined): Promise<string | undefined>;
  /** The folders that a file may read when nothing else was said. */
  readableFor(path: string): Promise<string>;
  /**
   * Keys that change when a file or a local module that it is made of changes, in the order of the
   * files; undefined where the source does not say what it is made of.
   */
  contentKeys(paths: readonly string[], root: string): readonly (string | undefined)[];
  /** Imports files where they can do no harm. */
  evaluate(paths: readonly string[], options: EvaluateOptions): Promise<readonly FileEvaluation[]>;
}
