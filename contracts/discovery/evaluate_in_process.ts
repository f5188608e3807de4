import { pathToFileURL } from "node:url";
import type { Evaluation } from "./evaluate_file.ts";
import { nearestConfig } from "./nearest_config.ts";

/** MiB that the heap of a contract file may have. */
const HEAP_MB = 256;

/** What came of a file in a process of its own. */
export type ProcessEvaluation =
  | Evaluation
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "memory"; readonly heapMb: number }
  | { readonly kind: "crashed"; readonly message: string };

/** How a file is evaluated in a process of its own. */
export interface ProcessOptions {
  /** What the file may read and import. */
  readonly permissions: Deno.PermissionOptionsObject;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Evaluates a file in a process of its own, whose heap has a limit: a worker that takes too much memory takes
 * its whole process along. Slow, so only for files that seem to take much.
 *
 * @param path of the file, absolute
 * @throws the reason of the signal
 */
export async function evaluateInProcess(
  path: string,
  { permissions, timeoutMs, signal }: ProcessOptions,
): Promise<ProcessEvaluation> {
  const config = await nearestConfig(path);
  const deadline = AbortSignal.timeout(timeoutMs);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--v8-flags=--max-old-space-size=${HEAP_MB}`,
      ...allow("read", permissions.read),
      ...allow("import", permissions.import),
      // It says what the imports of the file stand for.
      ...(config?.includes("deno.json") ? ["--config", config] : ["--no-config"]),
      new URL("./discovery_process.ts", import.meta.url).href,
      pathToFileURL(path).href,
    ],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
  }).output();
  signal?.throwIfAborted();
  if (deadline.aborted) return { kind: "timeout", timeoutMs };
  const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  // The last line is of the program itself: the file has ended by then.
  if (success) return JSON.parse(read(stdout).split("\n").at(-1) ?? "");
  const said = read(stderr);
  // V8 says so in words only.
  if (/out of memory/i.test(said)) return { kind: "memory", heapMb: HEAP_MB };
  return { kind: "crashed", message: said.slice(-2000) };
}

function allow(name: string, list: unknown): readonly string[] {
  if (!Array.isArray(list) || list.length === 0) return [];
  // A comma in a path is written twice.
  return [`--allow-${name}=${list.map((entry) => String(entry).replaceAll(",", ",,")).join(",")}`];
}
