import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { ContractManifest, ManifestTransfer } from "../../contracts/manifest/manifest.ts";
import type { Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { findSurface, type ServedSurface, servedSurfaces } from "./served_surface.ts";

/** An RPC that is accepted of a contract, with what its callers need to know. */
export interface ServedRpc {
  /** As it is declared: `Orders.Create`. */
  readonly name: string;
  readonly contract: string;
  readonly subject: string;
  readonly input: JsonObject | boolean;
  readonly output: JsonObject | boolean;
  /** Wire types of the errors that it declares. */
  readonly errors: readonly string[];
  /** Schemas of their data, by wire type. */
  readonly errorData: Readonly<Record<string, JsonObject | boolean>>;
  /** Global keys of what a caller must hold. */
  readonly capabilities: readonly string[];
  /** The files that its answer may grant. */
  readonly transfer?: ManifestTransfer | undefined;
}

/** Every RPC of what is accepted, by contract and name. */
export function servedRpcs(accepted: ByKey<Needs>): readonly ServedRpc[] {
  return servedSurfaces("rpc", accepted).map(servedRpc);
}

/** The RPC of a name, as `findSurface` finds it. */
export function findRpc(
  name: string,
  accepted: ByKey<Needs> | undefined,
): Result<ServedRpc, ExplainedError> {
  return findSurface("rpc", name, accepted).map(servedRpc);
}

/** A manifest that declares just this RPC, to call it by. */
export function manifestOf(
  { name, contract, subject, input, output, errors, capabilities }: ServedRpc,
): ContractManifest {
  return {
    ...core.manifest,
    id: contract,
    schemas: { input, output },
    rpc: {
      [name]: {
        version: "v1",
        subject,
        input: { schema: "input" },
        output: { schema: "output" },
        errors: errors.map((type) => ({ type })),
        capabilities: { call: [...capabilities] },
      },
    },
  };
}

function servedRpc({ contract, subject, surface }: ServedSurface): ServedRpc {
  const {
    name,
    schemas: { input = true, output = true },
    errors,
    errorData = {},
    capabilities: { call = [] },
    transfer,
  } = surface;
  return {
    name,
    contract,
    subject,
    input,
    output,
    errors,
    errorData,
    capabilities: call,
    transfer,
  };
}
