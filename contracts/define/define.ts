/**
 * The four ways to define a contract. The literal that the builder returns is the single source of
 * the manifest and of every type: of handlers, clients, resources and errors.
 *
 * @module
 */
import { buildContract } from "./build_contract.ts";
import type { ClosedBody } from "./closed_body.ts";
import type { Contract } from "./contract.ts";
import type { ClientBody, ServiceBody } from "./declaration.ts";
import type { ErrorRegistry, Ref, Registry, SchemaRegistry } from "./registry.ts";

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
export function defineServiceContract<
  const S extends SchemaRegistry,
  const E extends ErrorRegistry,
  const B extends ServiceBody,
>(
  registry: Registry<S, E>,
  build: (ref: Ref<S, E>) => B & ClosedBody<B, ServiceBody>,
): Contract<B> {
  return buildContract<B>("service", registry, build);
}

/**
 * Defines the contract of an app that people use: what it calls, and the state Trellis keeps for it.
 *
 * @throws {ContractError} with every mistake at once
 */
export function defineAppContract<
  const S extends SchemaRegistry,
  const E extends ErrorRegistry,
  const B extends ClientBody,
>(
  registry: Registry<S, E>,
  build: (ref: Ref<S, E>) => B & ClosedBody<B, ClientBody>,
): Contract<B> {
  return buildContract<B>("app", registry, build);
}

/**
 * Defines the contract of an agent: a program that acts for a person.
 *
 * @throws {ContractError} with every mistake at once
 */
export function defineAgentContract<
  const S extends SchemaRegistry,
  const E extends ErrorRegistry,
  const B extends ClientBody,
>(
  registry: Registry<S, E>,
  build: (ref: Ref<S, E>) => B & ClosedBody<B, ClientBody>,
): Contract<B> {
  return buildContract<B>("agent", registry, build);
}

/**
 * Defines the contract of a device: what it calls, and the state Trellis keeps for it.
 *
 * @throws {ContractError} with every mistake at once
 */
export function defineDeviceContract<
  const S extends SchemaRegistry,
  const E extends ErrorRegistry,
  const B extends ClientBody,
>(
  registry: Registry<S, E>,
  build: (ref: Ref<S, E>) => B & ClosedBody<B, ClientBody>,
): Contract<B> {
  return buildContract<B>("device", registry, build);
}
