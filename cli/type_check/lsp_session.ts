import { dependentsOf, readModuleGraph } from "../../contracts/discovery/module_graph.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { configurationOf, hasTaken } from "./lsp_configuration.ts";
import { LspConnection } from "./lsp_connection.ts";
import { documentUri, LspDocuments } from "./lsp_documents.ts";
import type { TypeProblem } from "./type_problem.ts";

const SEVERITY_ERROR = 1;
/** Below this many files, checking all of them is faster than finding out which ones to check. */
const SMALL_PROJECT = 40;

/** What a session needs. */
export interface LspSessionOptions {
  /** The project's folder, absolute. */
  readonly projectDir: string;
  /** The Deno executable. */
  readonly denoPath: string;
  /** Whether the server collects garbage early; not every version of V8 need know how. */
  readonly lean: boolean;
}

/** What the server knows after a change. */
export interface LspDiagnosis {
  /** Type and syntax errors. */
  readonly types: readonly TypeProblem[];
  /**
   * Imports that the server cannot resolve. It remembers a missing file or package longer than it
   * is missing, and it never installs one, so these are a suspicion and not a finding.
   */
  readonly imports: readonly TypeProblem[];
}

/**
 * One `deno lsp` that has the project's files open. Errors are asked for ("pull diagnostics"), never
 * awaited: the answer to a request always belongs to the texts that were sent before it. Pushed
 * ones would carry the version of the file they are about, which stays the same when the error comes
 * from a change in another file.
 */
export class LspSession implements AsyncDisposable {
  readonly #connection: LspConnection;
  readonly #documents: LspDocuments;
  readonly #projectDir: string;
  readonly #problems = new Map<string, LspDiagnosis>();

  /**
   * Starts the server; it needs {@link initialize} before anything else.
   *
   * @throws Deno.errors.NotFound when there is no such executable or directory
   */
  constructor({ projectDir, denoPath, lean }: LspSessionOptions) {
    this.#projectDir = projectDir;
    this.#connection = new LspConnection({
      command: denoPath,
      args: ["lsp"],
      cwd: projectDir,
      env: {
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        // 470 MB instead of 800 MB after hundreds of edits, and no slower.
        ...(lean ? { DENO_V8_FLAGS: "--heap-growing-percent=50" } : {}),
      },
    });
    this.#documents = new LspDocuments(this.#connection);
  }

  /** The server's process id. */
  get pid(): number {
    return this.#connection.pid;
  }

  /** Resolves with the reason when the server is gone. */
  get ended(): Promise<string> {
    return this.#connection.ended;
  }

  /**
   * Opens the project. Takes a second or two; later answers build on it.
   *
   * @throws Error when the server is gone, refuses, or does not use the project's configuration
   */
  async initialize(files: readonly string[]): Promise<void> {
    const uri = documentUri(this.#projectDir);
    await this.#connection.request("initialize", {
      processId: Deno.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: {
        textDocument: { diagnostic: { dynamicRegistration: false } },
        // Without it the server ignores the folder, and with that its configuration.
        workspace: { workspaceFolders: true },
      },
      initializationOptions: { enable: true, lint: false, cacheOnSave: false },
    });
    const told = this.#connection.notified("deno/didRefreshDenoConfigurationTree");
    this.#connection.notify("initialized", {});
    const [configuration, tree] = await Promise.all([configurationOf(this.#projectDir), told]);
    if (configuration !== undefined && !hasTaken(configuration, tree)) {
      throw new Error(`the language server does not use ${configuration}`);
    }
    await this.diagnose(files, new Set());
  }

  /**
   * The errors of all `files`, `changed` read anew from disk. One call at a time.
   *
   * @throws Error when the server is gone or refuses; it is of no more use then
   */
  async diagnose(files: readonly string[], changed: ReadonlySet<string>): Promise<LspDiagnosis> {
    const { touched, reachesAll } = await this.#documents.update(files, changed);
    const open = this.#documents.paths;
    const affected = reachesAll ? new Set(open) : this.#dependents(touched);
    const ask = open.filter((path) => affected.has(path) || this.#problems.has(path));
    const answers = await Promise.all(
      ask.map(async (path) => [path, await this.#pull(path)] as const),
    );
    for (const [path, found] of answers) {
      if (found.types.length + found.imports.length > 0) this.#problems.set(path, found);
      else this.#problems.delete(path);
    }
    const stillOpen = new Set(open);
    for (const path of this.#problems.keys()) {
      if (!stillOpen.has(path)) this.#problems.delete(path);
    }
    const found = [...this.#problems.values()];
    return {
      types: found.flatMap(({ types }) => types),
      imports: found.flatMap(({ imports }) => imports),
    };
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  #dependents(touched: ReadonlySet<string>): ReadonlySet<string> {
    const open = this.#documents.paths;
    if (touched.size === 0) return touched;
    if (open.length <= SMALL_PROJECT) return new Set(open);
    return dependentsOf(readModuleGraph(open, this.#projectDir), touched);
  }

  async #pull(path: string): Promise<LspDiagnosis> {
    const report = await this.#connection.request("textDocument/diagnostic", {
      textDocument: { uri: documentUri(path) },
    });
    if (!isRecord(report) || report.kind !== "full" || !Array.isArray(report.items)) {
      throw new Error(`the language server gave no full report for ${path}`);
    }
    const types: TypeProblem[] = [];
    const imports: TypeProblem[] = [];
    for (const item of report.items) {
      if (!isRecord(item) || item.severity !== SEVERITY_ERROR) continue;
      const ofTypes = item.source === "deno-ts";
      (ofTypes ? types : imports).push(problemOf(path, item, ofTypes ? "TS" : ""));
    }
    return { types, imports };
  }
}

function problemOf(
  file: string,
  item: Readonly<Record<string, unknown>>,
  codePrefix: string,
): TypeProblem {
  const range = isRecord(item.range) ? item.range : {};
  const start = isRecord(range.start) ? range.start : {};
  return {
    file,
    line: Number(start.line ?? 0) + 1,
    column: Number(start.character ?? 0) + 1,
    code: `${codePrefix}${item.code ?? "unknown"}`,
    message: String(item.message ?? "the language server gave no message"),
  };
}
