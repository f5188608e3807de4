import { relative } from "node:path";
import { startTypeChecker, type TypeChecker } from "../type_check/type_checker.ts";
import type { DevReport } from "./dev_report.ts";

/** Lets code through that type-checks, and reports the problems of the rest. */
export class TypeGate {
  readonly #checker: TypeChecker;
  readonly #root: string;
  readonly #report: DevReport;
  #isOpen = true;

  /**
   * @param root folder of the project, absolute
   * @param report is given the problems
   */
  constructor(root: string, report: DevReport) {
    this.#checker = startTypeChecker({ projectDir: root, denoPath: Deno.execPath() });
    this.#root = root;
    this.#report = report;
  }

  /** Whether the project type-checked when that was found out last. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Whether the project type-checks; what does not keeps the running code in place.
   *
   * @param files the project's sources, absolute
   * @param changed what changed since the last call
   * @throws DOMException `AbortError` after it was closed
   */
  async check(files: readonly string[], changed: ReadonlySet<string>): Promise<boolean> {
    this.#report.checkingTypes();
    const problems = await this.#checker.check(files, [...changed])
      .finally(() => this.#report.checkedTypes());
    this.#report.typeProblems(
      problems.map((problem) => ({ ...problem, file: relative(this.#root, problem.file) || "." })),
    );
    this.#isOpen = problems.length === 0;
    return this.#isOpen;
  }

  /** Ends the type checker. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#checker[Symbol.asyncDispose]();
  }
}
