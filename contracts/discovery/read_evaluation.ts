import { NotCanonicalError } from "../json/canonical_json.ts";
import type { ContractProblem, ContractProblemCode } from "./contract_problem.ts";
import type { FileEvaluation } from "./evaluate_files.ts";
import { importFailure, isSameUrl, type Place, placeIn, readable } from "./import_failure.ts";
import type { ContractManifest } from "../manifest/manifest.ts";
import { parseManifest } from "../manifest/manifest_check.ts";
import type { Mistake } from "../manifest/mistake.ts";
import { manifestDigest } from "../manifest/projection.ts";

/** The result of reading a contract file. */
export type EvaluatedFile =
  | {
    readonly manifest: ContractManifest;
    /** Computed here, from the manifest. */
    readonly digest: string;
    /** Manifests of the contracts that it uses, as JSON texts that nobody has checked; missing where it was kept. */
    readonly used?: readonly string[];
    readonly problems: readonly [];
  }
  | { readonly manifest?: undefined; readonly problems: readonly ContractProblem[] };

/** Which file it was. */
export interface EvaluatedSource {
  /** Path to show. */
  readonly file: string;
  readonly url: string;
  /** Of the folder that paths are shown relative to; ends with a slash. */
  readonly rootUrl: string;
}

type ContractEvaluation = Extract<FileEvaluation, { readonly kind: "contract" }>;

const LOOPS = "contracts are data: remove what loops or waits at the top level of the file";
const EXITS = "contracts are data: move it to a handler, or remove it";
const DEFINE = "export default defineServiceContract(…)";

/** Turns what a process said of a file into a contract, or into problems. Trusts nothing of it. */
export function readEvaluation(evaluation: FileEvaluation, source: EvaluatedSource): EvaluatedFile {
  const one = (code: ContractProblemCode, message: string, fix: string, place?: Place) => ({
    problems: [toProblem(source, { code, path: "", message, fix }, place)],
  });
  switch (evaluation.kind) {
    case "timeout": {
      const message = `was not evaluated within ${evaluation.timeoutMs} ms`;
      return one("timeout", message, LOOPS);
    }
    case "memory": {
      const message = `ran out of memory: it may have ${evaluation.heapMb} MiB`;
      return one("memory", message, LOOPS);
    }
    case "crashed":
      return one("threw", `ended its process: ${evaluation.message}`, LOOPS);
    case "exited":
      return one("exit", evaluation.what, EXITS, placeIn(evaluation.stack, source.url));
    case "threw": {
      const { code, message, fix, place } = importFailure(evaluation, source.url);
      return one(code, message, fix, place);
    }
    case "none":
      return evaluation.exported.includes("default")
        ? one("no_contract", "its default export is not a contract", DEFINE)
        : one("no_contract", "exports no contract", DEFINE);
    case "several": {
      const names = evaluation.exported.join(", ");
      const fix = "export one of them as default, or put each in a file of its own";
      return one("several_contracts", `exports several contracts: ${names}`, fix);
    }
    case "mistakes": {
      const place = placeIn(evaluation.stack, source.url);
      const problems = evaluation.mistakes.map(({ path = "", message = "", fix = "" }) =>
        toProblem(source, { code: "mistake", path, message, fix }, place)
      );
      return problems.length > 0 ? { problems } : one("mistake", "is not valid", DEFINE, place);
    }
    case "contract":
      return readManifest(evaluation, source);
  }
}

function readManifest(
  { manifest: written, claims, used }: ContractEvaluation,
  source: EvaluatedSource,
): EvaluatedFile {
  const forged = (mistakes: readonly Omit<Mistake, "code">[]): EvaluatedFile => ({
    problems: mistakes.map(({ path, message, fix }) =>
      toProblem(source, { code: "invalid_manifest", path, message, fix })
    ),
  });
  const parsed = parseManifest(JSON.parse(written));
  if (parsed.isErr()) return forged(parsed.error);
  const manifest = parsed.orThrow();
  let digest: string;
  try {
    digest = manifestDigest(manifest);
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    return forged([{ path: error.path, message: error.message, fix: USE_BUILDER }]);
  }
  const facts = { id: manifest.id, kind: manifest.kind, digest };
  const said: Readonly<Record<string, string>> = claims;
  const falseClaim = Object.entries(facts).find(([name, fact]) => said[name] !== fact);
  if (falseClaim === undefined) return { manifest, digest, used, problems: [] };
  const [name, fact] = falseClaim;
  const message = `says that its ${name} is "${said[name]?.slice(0, 80)}"; ` +
    `by its manifest it is "${fact}"`;
  return forged([{ path: "", message, fix: USE_BUILDER }]);
}

const USE_BUILDER = "make the contract with defineServiceContract or another define function";

function toProblem(
  { file, url, rootUrl }: EvaluatedSource,
  problem: Omit<ContractProblem, "file">,
  place?: Place,
): ContractProblem {
  const shown = readable(rootUrl);
  const message = problem.message.replaceAll(rootUrl, "").replaceAll(shown, "");
  if (place === undefined) return { ...problem, file, message };
  const { line, column } = place;
  if (isSameUrl(place.url, url)) return { ...problem, file, message, line, column };
  // In a module that the file imports.
  const where = readable(place.url).replace(shown, "");
  return { ...problem, file, message: `${where}:${line}:${column}  ${message}` };
}
