import { reportExit } from "./report_exit.ts";

/** The result of importing one file. */
export type Evaluation =
  | {
    readonly kind: "contract";
    /** The manifest as JSON text. */
    readonly manifest: string;
    /** What the object says of itself; it has to agree with the manifest. */
    readonly claims: Readonly<Record<"id" | "kind" | "digest", string>>;
    /** Manifests of the contracts that it uses, as JSON texts. */
    readonly used: readonly string[];
  }
  | { readonly kind: "none"; readonly exported: readonly string[] }
  | { readonly kind: "several"; readonly exported: readonly string[] }
  | {
    readonly kind: "mistakes";
    readonly mistakes: readonly Readonly<Record<string, string>>[];
    readonly stack: string;
  }
  | {
    readonly kind: "exited";
    /** What the file does. */
    readonly what: string;
    readonly stack: string;
  }
  | {
    readonly kind: "threw";
    readonly name: string;
    readonly message: string;
    readonly stack: string;
    /** Deno could not load the module or one that it imports; its own code did not run. */
    readonly unloaded: boolean;
  };

// Taken before any contract runs, so that none can put its own in their place.
const stringify = JSON.stringify;
const MAX_TEXT = 20_000;
/** A larger manifest is refused: NATS would not carry it, and no person could review it. */
const MAX_MANIFEST = 8_000_000;

/**
 * Prepares the realm that files are imported into.
 *
 * @param exits is told when a file ends its process, before that ends
 */
export function prepareRealm(exits: (evaluation: Evaluation) => void): void {
  // The place in the file may lie below many frames of a library.
  Error.stackTraceLimit = 100;
  // Standard output belongs to the command that discovers.
  console.log = console.info = console.debug = console.error;
  reportExit((what, stack) => exits({ kind: "exited", what: text(what), stack: text(stack) }));
}

/** Imports a file, and says what came of it. */
export async function evaluateFile(url: string): Promise<Evaluation> {
  try {
    return contractOf(await import(url));
  } catch (error) {
    try {
      return failure(error);
    } catch {
      return threw("Error", "threw a value that cannot be read", "", false);
    }
  }
}

/** The default export, else `contract`, else the only contract among the exports. */
function contractOf(module: Readonly<Record<string, unknown>>): Evaluation {
  const preferred = [module.default, module.contract].find(isContract);
  const found = preferred === undefined ? Object.values(module).filter(isContract) : [preferred];
  const [contract, ...others] = new Set(found);
  if (contract === undefined) return { kind: "none", exported: Object.keys(module) };
  if (others.length > 0) {
    const exported = Object.keys(module).filter((name) => isContract(module[name]));
    return { kind: "several", exported };
  }
  const { id, kind, digest, manifest } = contract;
  const written = stringify(manifest) ?? "null";
  if (written.length > MAX_MANIFEST) {
    return threw("RangeError", `the manifest has ${written.length} characters`, "", false);
  }
  return {
    kind: "contract",
    manifest: written,
    claims: { id: text(id), kind: text(kind), digest: text(digest) },
    used: usedManifests(contract.used),
  };
}

/** Each once; one that is too large is left out. */
function usedManifests(used: unknown): readonly string[] {
  if (!(used instanceof Map)) return [];
  const texts = [...used.values()].map(({ contract }) => stringify(contract.manifest) ?? "null");
  return [...new Set(texts)].filter(({ length }) => length <= MAX_MANIFEST);
}

function isContract(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && "manifest" in value && "kind" in value &&
    "id" in value && "digest" in value;
}

/** What an error means that code of a file threw. */
export function failure(error: unknown): Evaluation {
  if (typeof error !== "object" || error === null) {
    return threw("", text(String(error)), "", false);
  }
  const stack = text(Reflect.get(error, "stack"));
  const name = text(Reflect.get(error, "name"));
  const mistakes: unknown = Reflect.get(error, "mistakes");
  if (name === "ContractError" && Array.isArray(mistakes)) {
    return { kind: "mistakes", mistakes: mistakes.slice(0, 100).map(mistakeText), stack };
  }
  const unloaded = Reflect.get(error, "code") === "ERR_MODULE_NOT_FOUND";
  return threw(name, text(Reflect.get(error, "message")), stack, unloaded);
}

function threw(name: string, message: string, stack: string, unloaded: boolean): Evaluation {
  return { kind: "threw", name, message, stack, unloaded };
}

function mistakeText(mistake: unknown): Readonly<Record<string, string>> {
  const members = ["code", "path", "message", "fix"];
  return Object.fromEntries(members.map((member) => [
    member,
    typeof mistake === "object" && mistake !== null ? text(Reflect.get(mistake, member)) : "",
  ]));
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_TEXT) : "";
}
