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
  return servedSurfaces("rpc", accepted).map(servedRpc);
}

/** The RPC of a name. Errors: `rpc_not_found`, with the one that may be meant. */
export function findRpc(name: string, accepted: ByKey<Needs>): Result<ServedRpc, ExplainedError> {
  const served = servedRpcs(accepted);
  const found = served.find((rpc) => rpc.name === name);
  if (found !== undefined) return ok(found);
  if (servedSurfaces("operations", accepted).some(({ surface }) => surface.name === name)) {
    return err({
      code: "rpc_not_found",
      message: `${name} is an operation, which is started and not called`,
      hint: "start it, and follow it to its end",
      command: ["operations", "start", "--watch", name],
    });
  }
  return err(notServed("RPC", name, served.map((rpc) => rpc.name)));
}

/** Nobody serves what is asked for; with what may be meant. */
export function notServed(
  what: "RPC" | "operation",
  name: string,
  names: readonly string[],
): ExplainedError {
  const meant = closest(name, names);
  const there = names.length === 0 ? undefined : `there are: ${names.join(", ")}`;
  return {
    code: what === "RPC" ? "rpc_not_found" : "operation_not_found",
    message: `no deployment serves the ${what} ${name}`,
    hint: meant === undefined ? there : `did you mean ${meant}?`,
  };
}

/** A surface that is accepted, and of which contract. */
export interface ServedSurface {
  readonly contract: string;
  readonly subject: string;
  readonly surface: SurfaceNeed;
}

/** The surfaces of a section of what is accepted, by contract and name. */
export function servedSurfaces(
  section: "operations" | "rpc",
  accepted: ByKey<Needs>,
): readonly ServedSurface[] {
  return Object.values(accepted).flatMap(({ contract, surfaces }) =>
    Object.entries(surfaces)
      .filter(([, { kind }]) => kind === section)
      .map(([subject, surface]) => ({ contract, subject, surface }))
  ).sort((a, b) =>
    a.contract.localeCompare(b.contract) || a.surface.name.localeCompare(b.surface.name)
  );
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
  } = surface;
  return { name, contract, subject, input, output, errors, errorData, capabilities: call };
}
