import { fileURLToPath } from "node:url";
import { documentUri } from "./lsp_documents.ts";
import type { TypeProblem } from "./type_problem.ts";

/** What {@link checkOnce} needs. */
export interface CheckOnceOptions {
  /** The project's folder, absolute. */
  readonly projectDir: string;
  /** The Deno executable. */
  readonly denoPath: string;
  /** Ends the child. */
  readonly signal: AbortSignal;
}

/**
 * Type-checks `files` with one run of `deno check`: slower than the language server, and the last
 * word where the two differ. Installs packages that are missing, as `deno run` would.
 *
 * @throws the signal's reason when it is aborted, DOMException `AbortError` when somebody else ends it, as Ctrl-C in a
 *   terminal ends all processes, Deno.errors.NotFound when there is no such executable
 */
export async function checkOnce(
  files: readonly string[],
  { projectDir, denoPath, signal }: CheckOnceOptions,
): Promise<readonly TypeProblem[]> {
  const present = await Promise.all(files.map(isFile));
  // As URLs, because `deno check` takes paths for patterns.
  const urls = files.filter((_, index) => present[index]).map(documentUri);
  signal.throwIfAborted();
  if (urls.length === 0) return [];
  const { success, signal: endedBy, stderr } = await new Deno.Command(denoPath, {
    args: ["check", "--quiet", ...urls],
    cwd: projectDir,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  }).output();
  signal.throwIfAborted();
  if (endedBy === "SIGINT" || endedBy === "SIGTERM") {
    throw new DOMException(`deno check was ended by ${endedBy}`, "AbortError");
  }
  return success ? [] : problemsIn(new TextDecoder().decode(stderr), projectDir);
}

/** The problems in what `deno check` printed; at least one, because it failed. */
export function problemsIn(output: string, projectDir: string): readonly TypeProblem[] {
  const problems = output.split(/^(?=TS\d+ \[ERROR\]: |error: )/m).flatMap((block) => {
    const [, code, text] = /^(?:(TS\d+) \[ERROR\]|error): ([^]*)$/.exec(block) ?? [];
    if (text === undefined || text.startsWith("Type checking failed.")) return [];
    // Some explanations of the problem above look like problems, with a place further in.
    if (/^ {8}at file:/m.test(text) && !/^ {4}at file:/m.test(text)) return [];
    return [problemOf(text, code, projectDir)];
  });
  if (problems.length > 0) return problems;
  const message = output.trim() || "`deno check` failed and printed nothing; run it to see why";
  return [{ file: projectDir, line: 1, column: 1, code: "unknown", message }];
}

function problemOf(text: string, code: string | undefined, projectDir: string): TypeProblem {
  const lines = text.split("\n");
  // Only the first place is where the problem is; further ones belong to explanations below it.
  const at = lines.findIndex((line) => /^ {4}at file:\S+:\d+:\d+$/.test(line));
  const [, url, line, column] = /at (file:\S+):(\d+):(\d+)$/.exec(lines[at] ?? "") ?? [];
  const words = withoutExcerpt(at < 0 ? lines : lines.slice(0, at));
  return {
    file: url === undefined ? projectDir : fileURLToPath(url),
    line: Number(line ?? 1),
    column: Number(column ?? 1),
    code: code ?? (lines[0]?.startsWith("SyntaxError") ? "syntax" : "module"),
    message: words.join("\n").trim(),
  };
}

/** Drops the quoted source line above a row of `~~~` or `^`, and drawn excerpts with `|`. */
function withoutExcerpt(lines: readonly string[]): readonly string[] {
  const marker = lines.findIndex((line) => /^\s*(~+|\^)\s*$/.test(line));
  const words = marker > 0 ? lines.slice(0, marker - 1) : lines;
  return words.filter((line) => !/^\s*\d*\s*\|/.test(line));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
