import { isConfiguration } from "./lsp_configuration.ts";
import { within } from "./within.ts";
import { isScript } from "./lsp_documents.ts";
import { checkOnce } from "./deno_check.ts";
import { LspKeeper, type LspServerNotice } from "./lsp_keeper.ts";
import type { TypeProblem } from "./type_problem.ts";
import type { LspDiagnosis, LspSession } from "./lsp_session.ts";

export type { TypeProblem } from "./type_problem.ts";

/** A server that has not answered by then is raced against one run of `deno check`. */
const PATIENCE_MS = 2_000;
/** Long, because `deno check` may have packages to fetch. */
const LONGEST_CHECK_MS = 120_000;
/** Something that happened behind a {@link TypeChecker}, for a log. */
export type TypeCheckerNotice =
  | LspServerNotice
  /** A check was answered. */
  | { readonly kind: "answered"; readonly by: "server" | "deno check" };

/** Options of {@link startTypeChecker}. */
export interface TypeCheckerOptions {
  /** The project's folder, absolute, with its `deno.json`. */
  readonly projectDir: string;
  /** The Deno executable. */
  readonly denoPath: string;
  /** Told what happens behind the checks. */
  readonly onNotice?: (notice: TypeCheckerNotice) => void;
}

/** Tells whether a project type-checks. */
export interface TypeChecker extends AsyncDisposable {
  /**
   * All type and syntax errors of the project, none when it type-checks.
   *
   * The first call starts the server, so make it when nothing more urgent is left to do. Calls are
   * answered one after the other.
   *
   * @param files the project's files as they are now, absolute; those that are no code are ignored
   * @param changed what was created, written or removed since the last call; may name files outside
   *   `files` that it imports, which are otherwise believed to be as they were
   * @throws DOMException `AbortError` after disposal, Deno.errors.NotFound without Deno
   */
  check(files: readonly string[], changed: readonly string[]): Promise<readonly TypeProblem[]>;
}

/**
 * Makes a type checker that keeps a `deno lsp` process, because a fresh `deno check` takes most of a
 * second. Whenever that process is not there, late, or in doubt, `deno check` answers.
 *
 * ```ts ignore
 * await using checker = startTypeChecker({ projectDir, denoPath: Deno.execPath() });
 * const problems = await checker.check(files, [saved]);
 * ```
 */
export function startTypeChecker(options: TypeCheckerOptions): TypeChecker {
  return new ServerTypeChecker(options);
}

class ServerTypeChecker implements TypeChecker {
  readonly #options: TypeCheckerOptions;
  readonly #keeper: LspKeeper;
  readonly #closing = new AbortController();
  #tail: Promise<unknown> = Promise.resolve();
  #unsent = new Set<string>();
  #deniedImports = "";

  constructor(options: TypeCheckerOptions) {
    const { projectDir, denoPath } = options;
    this.#options = options;
    this.#keeper = new LspKeeper({ projectDir, denoPath, onNotice: (it) => this.#tell(it) });
  }

  check(files: readonly string[], changed: readonly string[]): Promise<readonly TypeProblem[]> {
    const answer = this.#tail.then(() => this.#check(files.filter(isScript), changed));
    this.#tail = answer.catch(() => {});
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DOMException("the type checker is closed", "AbortError"));
    await this.#keeper[Symbol.asyncDispose]();
    await this.#tail;
  }

  async #check(
    files: readonly string[],
    changed: readonly string[],
  ): Promise<readonly TypeProblem[]> {
    this.#closing.signal.throwIfAborted();
    for (const path of changed) this.#unsent.add(path);
    if (changed.some(isConfiguration)) {
      this.#keeper.retire();
      this.#keeper.forgive();
    }
    const session = this.#keeper.ready;
    if (session === undefined) {
      this.#keeper.start(files);
      return await this.#checkOnce(files);
    }

    const answer = await this.#ask(session, files);
    if (!isDiagnosis(answer)) return answer;
    this.#keeper.forgive();
    if (answer.imports.length > 0) return await this.#confirmImports(files, answer.imports);
    this.#deniedImports = "";
    this.#tell({ kind: "answered", by: "server" });
    return answer.types;
  }

  /** What the server says, or what `deno check` says when the server fails or is the slower one. */
  async #ask(
    session: LspSession,
    files: readonly string[],
  ): Promise<LspDiagnosis | readonly TypeProblem[]> {
    const changed = this.#unsent;
    this.#unsent = new Set();
    const asked = session.diagnose(files, changed).catch((error: unknown) => {
      this.#keeper.lose(session, files, String(error));
      return undefined;
    });
    const late = Symbol();
    const first = await within(PATIENCE_MS, asked, late);
    if (first === undefined) return await this.#checkOnce(files);
    if (first !== late) return first;

    const stop = new AbortController();
    const checked = this.#checkOnce(files, stop.signal);
    const winner = await Promise.race([checked, asked]);
    if (winner === undefined) return await checked;
    if (isDiagnosis(winner)) {
      stop.abort();
      await checked.catch(() => {});
    } else {
      this.#keeper.lose(session, files, `no answer within ${PATIENCE_MS} ms`);
    }
    return winner;
  }

  /**
   * The server's unresolved imports may be out of date, and types that come through them are
   * unknown to it; so `deno check` decides. Where it disagrees, a new server may see better: once,
   * because some differences stay, as an `await import()` of a file that is never there.
   */
  async #confirmImports(
    files: readonly string[],
    suspicions: readonly TypeProblem[],
  ): Promise<readonly TypeProblem[]> {
    const found = await this.#checkOnce(files);
    const denied = suspicions.filter((suspicion) =>
      !found.some(({ file, line }) => file === suspicion.file && line === suspicion.line)
    ).map(({ file, message }) => `${file}: ${message}`).join("\n");
    if (denied !== "" && denied !== this.#deniedImports) {
      this.#keeper.retire();
      this.#keeper.start(files);
    }
    this.#deniedImports = denied;
    return found;
  }

  async #checkOnce(
    files: readonly string[],
    stop?: AbortSignal,
  ): Promise<readonly TypeProblem[]> {
    const { projectDir, denoPath } = this.#options;
    const tooLong = new AbortController();
    const timer = setTimeout(() => tooLong.abort(), LONGEST_CHECK_MS);
    const signals = [this.#closing.signal, tooLong.signal];
    if (stop !== undefined) signals.push(stop);
    try {
      const signal = AbortSignal.any(signals);
      const problems = await checkOnce(files, { projectDir, denoPath, signal });
      this.#tell({ kind: "answered", by: "deno check" });
      return problems;
    } catch (error) {
      if (!tooLong.signal.aborted) throw error;
      const message = `\`deno check\` did not end within ${LONGEST_CHECK_MS / 1_000} s; ` +
        "run it in the project's folder to see what it waits for";
      return [{ file: projectDir, line: 1, column: 1, code: "timeout", message }];
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(notice: TypeCheckerNotice): void {
    this.#options.onNotice?.(notice);
  }
}

function isDiagnosis(answer: LspDiagnosis | readonly TypeProblem[]): answer is LspDiagnosis {
  return "types" in answer;
}
