/**
 * The four ways to define a contract. The literal that the builder returns is the single source of
 * the manifest and of every type: of handlers, clients, resources and errors.
 *
 * @module
 */
import type { TSchema } from "@sinclair/typebox";
import { buildContract } from "./build_contract.ts";
import type { ClosedBody } from "./closed_body.ts";
import type { Contract } from "./contract.ts";
import type { ClientBody, ContractBody, ErrorRef, SchemaRef, ServiceBody } from "./declaration.ts";
import type { ErrorClass } from "../errors/trellis_error.ts";

/** Schemas by name; a module namespace will do, its other exports are ignored. */
export type SchemaRegistry = Readonly<Record<string, unknown>>;
/** Error classes by name. */
export type ErrorRegistry = Readonly<Record<string, ErrorClass>>;

/** The registries of a contract. */
export interface Registry<S extends SchemaRegistry, E extends ErrorRegistry> {
  /** TypeBox schemas by name. */
  readonly schemas?: S;
  /** Error classes by name. */
  readonly errors?: E;
}

/** The names of a registry's TypeBox schemas. */
export type SchemaName<S> =
  & { [Name in keyof S]: S[Name] extends TSchema ? Name : never }[keyof S]
  & string;

/** The names of an error registry; none when there is no registry. */
export type ErrorName<E> = string extends keyof E ? never : keyof E & string;

/** Refers to entries of the registries, by name. */
export interface Ref<S extends SchemaRegistry, E extends ErrorRegistry> {
  /** A reference to a schema of the registry. */
  schema<const Name extends SchemaName<S>>(name: Name): SchemaRef<Name, Extract<S[Name], TSchema>>;
  /** A reference to an error of the registry. */
  error<const Name extends ErrorName<E>>(name: Name): ErrorRef<E[Name]>;
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

/** The body type of a contract. */
export type BodyOf<C extends Contract> = C extends Contract<infer B extends ContractBody> ? B
  : never;
