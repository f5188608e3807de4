import type { Bindings, KvResourceBinding } from "../contracts/bindings.ts";
import type { Contract } from "../contracts/contract.ts";
import { TransportError } from "../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../contracts/result.ts";

/**
 * Decides whether a contract may run with the bindings of its deployment, and with which KV buckets.
 * An optional resource that is not there is left out; a required one is a failure.
 */
export function bindContract(
  contract: Contract,
  deployment: string,
  bindings: Bindings | undefined,
): Result<ReadonlyMap<string, KvResourceBinding>, TransportError> {
  if (bindings === undefined) return err(notAccepted(contract.id, deployment));
  if (!bindings.digests.includes(contract.digest)) return err(outdated(contract.id, deployment));
  const bound = new Map<string, KvResourceBinding>();
  for (const [alias, need] of Object.entries(contract.manifest.resources?.kv ?? {})) {
    const binding = bindings.kv[alias];
    if (binding !== undefined) bound.set(alias, binding);
    else if (need.required !== false) return err(missing(alias, deployment));
  }
  return ok(bound);
}

function notAccepted(contract: string, deployment: string): TransportError {
  return new TransportError({
    message: `nothing was accepted for the deployment ${deployment}, which ${contract} runs in`,
    code: "trellis.bind.missing",
    hint: "run deno task dev, or accept its plan: " +
      `trellis svc ${deployment} authority plan list --state pending`,
  });
}

function outdated(contract: string, deployment: string): TransportError {
  return new TransportError({
    message: `this version of ${contract} is not what was accepted for ${deployment}`,
    code: "trellis.bind.outdated",
    hint: "review its pending plan: " +
      `trellis svc ${deployment} authority plan list --state pending`,
  });
}

function missing(alias: string, deployment: string): TransportError {
  return new TransportError({
    message: `the required KV resource "${alias}" of ${deployment} is not bound`,
    code: "trellis.bind.failed",
    hint: `see why: trellis svc ${deployment} authority show, then … authority reconcile`,
  });
}
