/**
 * The four ways to define a contract. The literal that the builder returns is the single source of
 * the manifest and of every type: of handlers, clients, resources and errors.
 *
 * @module
 */
import { buildContract } from "./build_contract.ts";
import type { ClosedBody } from "./closed_body.ts";
import type { Contract } from "./contract.ts";
import type { ClientBody, ContractBody, ServiceBody } from "./declaration.ts";
import type { ContractKind } from "../manifest/manifest.ts";
import type { ErrorRegistry, Ref, Registry, SchemaRegistry } from "./registry.ts";
import type { UncheckedClient, UncheckedService } from "./unchecked_body.ts";

/** A contract without schemas and errors of its own. */
type NoSchemas = Record<never, never>;

/**
 * Defines contracts of one kind: from registries and a builder, or from a builder alone. A call that
 * does not compile gives a contract of the `Unchecked` body.
 */
export interface DefineContract<Shape extends ContractBody, Unchecked extends Shape> {
  /**
   * Defines a contract with schemas and errors.
   *
   * @param registry schemas and error classes by name
   * @param build returns the body; its `ref` refers to the entries of the registry
   * @throws {ContractError} with every mistake at once
   */
  <
    const S extends SchemaRegistry,
    const E extends ErrorRegistry,
    const B extends Shape = Unchecked,
  >(
    registry: Registry<S, E>,
    build: (ref: Ref<S, E>) => B & ClosedBody<B, Shape>,
  ): Contract<B>;
  /**
   * Defines a contract without schemas and errors of its own.
   *
   * @param build returns the body; its `ref` knows the built-in errors only
   * @throws {ContractError} with every mistake at once
   */
  <const B extends Shape = Unchecked>(
    build: (ref: Ref<NoSchemas, NoSchemas>) => B & ClosedBody<B, Shape>,
  ): Contract<B>;
}

/**
 * Defines the contract of a service: what it answers, publishes, and owns.
 *
 * ```ts
 * import { defineServiceContract } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const contract = defineServiceContract(
 *   { schemas: { Ping: Type.Object({ text: Type.String() }) } },
 *   (ref) => ({
 *     id: "echo@v1",
 *     displayName: "Echo",
 *     description: "Answers what it is asked.",
 *     rpc: {
 *       "Echo.Ping": { version: "v1", input: ref.schema("Ping"), output: ref.schema("Ping") },
 *     },
 *   }),
 * );
 * contract.manifest.rpc?.["Echo.Ping"]?.subject; // "rpc.v1.Echo.Ping"
 * ```
 *
 * @throws {ContractError} with every mistake at once
 */
export const defineServiceContract: DefineContract<ServiceBody, UncheckedService> = definer(
  "service",
);

/**
 * Defines the contract of an app that people use: what it calls, and the state Trellis keeps for it.
 *
 * @throws {ContractError} with every mistake at once
 */
export const defineAppContract: DefineContract<ClientBody, UncheckedClient> = definer("app");

/**
 * Defines the contract of an agent: a program that acts for a person.
 *
 * @throws {ContractError} with every mistake at once
 */
export const defineAgentContract: DefineContract<ClientBody, UncheckedClient> = definer("agent");

/**
 * Defines the contract of a device: what it calls, and the state Trellis keeps for it.
 *
 * @throws {ContractError} with every mistake at once
 */
export const defineDeviceContract: DefineContract<ClientBody, UncheckedClient> = definer("device");

function definer<Shape extends ContractBody, Unchecked extends Shape>(
  kind: ContractKind,
): DefineContract<Shape, Unchecked> {
  return <B extends Shape>(
    first: Registry<SchemaRegistry, ErrorRegistry> | ((ref: never) => B),
    build?: (ref: never) => B,
  ): Contract<B> =>
    typeof first === "function"
      ? buildContract(kind, {}, first)
      : buildContract(kind, first, build);
}
