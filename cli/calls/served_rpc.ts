import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs, SurfaceNeed } from "../../reconcile/needs/need_types.ts";
import { closest } from "../command_line/did_you_mean.ts";
import type { ExplainedError } from "../program/command_context.ts";

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
}

/** Every RPC of what is accepted, by contract and name. */
export function servedRpcs(accepted: ByKey<Needs>): readonly ServedRpc[] {
  return Object.values(accepted).flatMap(({ contract, surfaces }) =>
    Object.entries(surfaces)
      .filter(([, { kind }]) => kind === "rpc")
      .map(([subject, surface]) => servedRpc(contract, subject, surface))
  ).sort((a, b) => a.contract.localeCompare(b.contract) || a.name.localeCompare(b.name));
}

/** The RPC of a name. Errors: `rpc_not_found`, with the one that may be meant. */
export function findRpc(
  name: string,
  served: readonly ServedRpc[],
): Result<ServedRpc, ExplainedError> {
  const found = served.find((rpc) => rpc.name === name);
  if (found !== undefined) return ok(found);
  const names = served.map((rpc) => rpc.name);
  const meant = closest(name, names);
  return err({
    code: "rpc_not_found",
    message: `no deployment serves the RPC ${name}`,
    hint: meant === undefined ? `there are: ${names.join(", ")}` : `did you mean ${meant}?`,
  });
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

function servedRpc(
  contract: string,
  subject: string,
  { name, schemas: { input = true, output = true }, errors, errorData = {}, capabilities }:
    SurfaceNeed,
): ServedRpc {
  const { call = [] } = capabilities;
  return { name, contract, subject, input, output, errors, errorData, capabilities: call };
}
