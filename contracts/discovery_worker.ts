/**
 * Evaluates one contract file in a worker that may do nothing but read the project. What leaves it
 * is data, and is not trusted on the other side either.
 *
 * @module
 */

/** What the worker found; plain data. */
export type Evaluation =
  | { readonly kind: "contracts"; readonly manifests: readonly unknown[] }
  | { readonly kind: "mistakes"; readonly mistakes: readonly unknown[] }
  | {
    readonly kind: "threw";
    readonly name: string;
    readonly message: string;
    readonly stack: string;
  };

interface WorkerScope {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  postMessage(message: Evaluation): void;
}
const scope: WorkerScope = self as never;

scope.onmessage = async ({ data: url }) => {
  let evaluation: Evaluation;
  try {
    evaluation = { kind: "contracts", manifests: contractsOf(await import(url)) };
  } catch (error) {
    evaluation = failure(error);
  }
  // Through JSON: getters and proxies are read here, where they can do no harm.
  scope.postMessage(JSON.parse(JSON.stringify(evaluation)));
};

/** The default export, else `contract`, else every exported contract. */
function contractsOf(module: Readonly<Record<string, unknown>>): readonly unknown[] {
  const exported = [module.default, module.contract].find(isContract);
  const found = exported === undefined ? Object.values(module).filter(isContract) : [exported];
  return [...new Set(found)].map(({ manifest }) => manifest);
}

function isContract(value: unknown): value is { manifest: unknown } {
  return typeof value === "object" && value !== null && "manifest" in value && "kind" in value &&
    "id" in value;
}

function failure(error: unknown): Evaluation {
  if (!(error instanceof Error)) {
    return { kind: "threw", name: "", message: String(error), stack: "" };
  }
  if (error.name === "ContractError" && "mistakes" in error && Array.isArray(error.mistakes)) {
    return { kind: "mistakes", mistakes: error.mistakes };
  }
  return { kind: "threw", name: error.name, message: error.message, stack: error.stack ?? "" };
}
