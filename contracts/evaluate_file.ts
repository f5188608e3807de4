import { pathToFileURL } from "node:url";
import type { ContractProblem, ContractProblemCode } from "./contract_problem.ts";
import type { Evaluation } from "./discovery_worker.ts";
import { isRecord } from "./json.ts";
import type { ContractManifest } from "./manifest.ts";
import { parseManifest } from "./manifest_check.ts";

/** What came of a contract file. */
export type EvaluatedFile =
  | { readonly manifest: ContractManifest; readonly problems: readonly [] }
  | { readonly manifest?: undefined; readonly problems: readonly ContractProblem[] };

/** How a file is evaluated. */
export interface EvaluateOptions {
  /** Absolute path. */
  readonly path: string;
  /** Path to show. */
  readonly file: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Evaluates a contract file in a worker of its own, without permissions and with a time limit. */
export async function evaluateFile(options: EvaluateOptions): Promise<EvaluatedFile> {
  const { file, timeoutMs } = options;
  const answer = await runWorker(options);
  if (answer === "timeout") {
    return one(file, "timeout", `was not evaluated within ${timeoutMs} ms`, LOOPS);
  }
  if ("uncaught" in answer) return one(file, ...explain(answer.uncaught));
  switch (answer.kind) {
    case "threw":
      return threw(file, answer);
    case "mistakes":
      return { problems: answer.mistakes.map((mistake) => mistakeProblem(file, mistake)) };
    case "contracts":
      return contractOf(file, answer.manifests);
  }
}

const LOOPS = "contracts are data: remove what loops or waits at the top level";
const PURE = "contracts are data: they may not use the network, the environment, or write";

function contractOf(file: string, manifests: readonly unknown[]): EvaluatedFile {
  if (manifests.length === 0) {
    const fix = "export default defineServiceContract(…)";
    return one(file, "no_contract", "exports no contract", fix);
  }
  if (manifests.length > 1) {
    const message = `exports ${manifests.length} contracts and none of them as default`;
    return one(file, "several_contracts", message, "put each contract in a file of its own");
  }
  const manifest = parseManifest(manifests[0]);
  if (manifest.isOk()) return { manifest: manifest.value, problems: [] };
  const mistakes = manifest.isErr() ? manifest.error : [];
  return { problems: mistakes.map((mistake) => mistakeProblem(file, mistake)) };
}

function mistakeProblem(file: string, mistake: unknown): ContractProblem {
  const text = (name: string) =>
    isRecord(mistake) && typeof mistake[name] === "string" ? mistake[name] : "";
  return {
    file,
    code: "mistake",
    path: text("path"),
    message: text("message"),
    fix: text("fix"),
  };
}

type Threw = Extract<Evaluation, { kind: "threw" }>;

function threw(file: string, { name, message, stack }: Threw): EvaluatedFile {
  if (name === "NotCapable") return one(file, "permission", message.split("\n")[0] ?? "", PURE);
  const [code, text, fix] = explain(message);
  const place = /\((?:file:[^)]*?\/)?[^/)]*:(\d+):(\d+)\)|at file:\S+:(\d+):(\d+)/.exec(
    code === "threw" ? stack : message,
  );
  const line = Number(place?.[1] ?? place?.[3]);
  const column = Number(place?.[2] ?? place?.[4]);
  const where = Number.isInteger(line) && line > 0 ? { line, column } : {};
  return { problems: [{ file, code, path: "", message: text, fix, ...where }] };
}

/** Tells apart why a module did not load; Deno gives these only as text. */
function explain(message: string): [ContractProblemCode, string, string] {
  const text = message.replace(/^Uncaught (?:\(in promise\) )?/, "").trim();
  if (/^The module's source code could not be parsed|SyntaxError/.test(text)) {
    return ["syntax", text, "mend the syntax"];
  }
  if (/Module not found|Cannot find module|not a dependency|Relative import path/.test(text)) {
    return ["import", text, "check the path, and the imports of deno.json"];
  }
  if (/Requires (?:net|env|run|write|ffi|sys|import|read) access/.test(text)) {
    return ["permission", text, PURE];
  }
  return ["threw", text, "mend what the file does when it is loaded"];
}

function one(
  file: string,
  code: ContractProblemCode,
  message: string,
  fix: string,
): EvaluatedFile {
  return { problems: [{ file, code, path: "", message, fix }] };
}

type Answer = Evaluation | "timeout" | { readonly uncaught: string };

async function runWorker({ path, timeoutMs, signal }: EvaluateOptions): Promise<Answer> {
  const worker = new Worker(new URL("./discovery_worker.ts", import.meta.url), {
    type: "module",
    deno: {
      permissions: {
        net: false,
        env: false,
        run: false,
        write: false,
        ffi: false,
        sys: false,
        import: false,
        read: "inherit",
      },
    },
  });
  const answer = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => answer.resolve("timeout"), timeoutMs);
  const stop = () => answer.resolve({ uncaught: "interrupted" });
  signal?.addEventListener("abort", stop, { once: true });
  worker.onmessage = ({ data }: MessageEvent<Evaluation>) => answer.resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    answer.resolve({ uncaught: event.message });
  };
  worker.postMessage(pathToFileURL(path).href);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    worker.terminate();
  }
}
