import type {
  Bindings,
  KvResourceBinding,
  StoreResourceBinding,
} from "../../contracts/stored/bindings.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import type { ManifestKv } from "../../contracts/manifest/manifest.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../contracts/result.ts";

/** The resources that a contract runs with, by alias. */
export interface BoundResources {
  /** KV buckets. */
  readonly kv: ReadonlyMap<string, KvResourceBinding>;
  /** Stores. */
  readonly store: ReadonlyMap<string, StoreResourceBinding>;
  /** Where groups, projections, relays and queues of the contract get their work, and what they have beside it. */
  readonly events: Pick<
    Bindings,
    | "groups"
    | "projections"
    | "relays"
    | "jobs"
    | "operations"
    | "records"
    | "rates"
    | "transfer"
    | "dead"
    | "steps"
    | "kv"
  >;
}

/** What is declared of everything that is bound; some of it may be optional. */
type Needs = Readonly<
  Record<string, { readonly required?: boolean } | object>
>;

/**
 * Decides whether a contract may run with the bindings of its deployment, and with which resources. An
 * optional resource that is not there is left out; a required one is a failure.
 */
export function bindContract(
  contract: Contract,
  deployment: string,
  bindings: Bindings | undefined,
): Result<BoundResources, TransportError> {
  if (bindings === undefined) return err(notAccepted(contract.id, deployment));
  if (!bindings.digests.includes(contract.digest)) return err(outdated(contract.id, deployment));
  const { kv = {}, store = {} } = contract.manifest.resources ?? {};
  const lacking = missing(kv, bindings.kv, "KV resource", deployment) ??
    missing(store, bindings.store, "store", deployment) ??
    missing(contract.manifest.eventConsumers ?? {}, bindings.groups ?? {}, "group", deployment) ??
    missing(contract.manifest.jobs ?? {}, bindings.jobs ?? {}, "queue", deployment) ??
    missing(projectionsIn(kv), bindings.projections ?? {}, "projection", deployment) ??
    missing(relaysIn(kv), bindings.relays ?? {}, "relay", deployment) ??
    missing(contract.manifest.operations ?? {}, bindings.operations ?? {}, "operation", deployment);
  if (lacking !== undefined) return err(lacking);
  return ok({
    kv: pick(kv, bindings.kv),
    store: pick(store, bindings.store),
    events: bindings,
  });
}

function projectionsIn(kv: Readonly<Record<string, ManifestKv>>): Needs {
  return Object.fromEntries(Object.entries(kv).filter(([, { projection }]) => projection));
}

function relaysIn(kv: Readonly<Record<string, ManifestKv>>): Needs {
  return Object.fromEntries(
    Object.entries(kv).filter(([, { changes, outbox }]) => changes || outbox === true),
  );
}

function pick<Binding>(
  needs: Needs,
  bindings: Readonly<Record<string, Binding>>,
): ReadonlyMap<string, Binding> {
  const bound = new Map<string, Binding>();
  for (const alias of Object.keys(needs)) {
    const binding = Object.hasOwn(bindings, alias) ? bindings[alias] : undefined;
    if (binding !== undefined) bound.set(alias, binding);
  }
  return bound;
}

function notAccepted(contract: string, deployment: string): TransportError {
  return new TransportError({
    message: `nothing was accepted for the deployment ${deployment}, which ${contract} runs in`,
    code: "trellis.bind.missing",
    hint: "run deno task dev, or accept its plan",
    command: ["svc", deployment, "authority", "plan", "list", "--state", "pending"],
  });
}

function outdated(contract: string, deployment: string): TransportError {
  return new TransportError({
    message: `this version of ${contract} is not what was accepted for ${deployment}`,
    code: "trellis.bind.outdated",
    hint: "review its pending plan",
    command: ["svc", deployment, "authority", "plan", "list", "--state", "pending"],
  });
}

function missing(
  needs: Needs,
  bindings: Readonly<Record<string, unknown>>,
  what: string,
  deployment: string,
): TransportError | undefined {
  const alias = Object.keys(needs).find((alias) =>
    isRequired(needs[alias]) && !Object.hasOwn(bindings, alias)
  );
  if (alias === undefined) return undefined;
  return new TransportError({
    message: `the required ${what} "${alias}" of ${deployment} is not bound`,
    code: "trellis.bind.failed",
    hint: "look at why, and reconcile it then",
    command: ["svc", deployment, "authority", "show"],
  });
}

function isRequired(need: Needs[string] | undefined): boolean {
  return need === undefined || !("required" in need) || need.required !== false;
}
