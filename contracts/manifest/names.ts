import type { SurfaceKind } from "./sections.ts";

/** `name@vN`: the identity of a contract lineage. */
export type ContractId = `${string}@v${number}`;

const CONTRACT_ID = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*@v(?:0|[1-9][0-9]{0,5})$/;
const DEPLOYMENT = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;
const SURFACE = /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*$/;
const ALIAS = /^[A-Za-z][A-Za-z0-9_-]*$/;
const VERSION = /^v(?:0|[1-9][0-9]{0,5})$/;

/** Longest name of any kind, in characters; subjects and stream names are built from them. */
export const MAX_NAME_LENGTH = 128;

/** True for `name@vN` in lower case, with single dots or hyphens inside: `acme.orders-service@v1`. */
export function isContractId(value: string): value is ContractId {
  return value.length <= MAX_NAME_LENGTH && CONTRACT_ID.test(value);
}

/** True for a deployment name, as `orders-service`. */
export function isDeploymentName(value: string): boolean {
  return value.length <= MAX_NAME_LENGTH && DEPLOYMENT.test(value);
}

/** True for the dotted name of an RPC, event, operation or feed, as `Orders.Create`. */
export function isSurfaceName(value: string): boolean {
  return value.length <= MAX_NAME_LENGTH && SURFACE.test(value);
}

/** True for a resource alias, state store, job queue or `uses` alias, as `jobCache` or `job_cache`. */
export function isAlias(value: string): boolean {
  return value.length <= MAX_NAME_LENGTH && ALIAS.test(value) && value !== "constructor";
}

/** True for a surface version, as `v1`. */
export function isVersion(value: string): boolean {
  return VERSION.test(value);
}

/** `orders-service@v1` -> `orders-service`: the lineage's name, and the default deployment. */
export function contractName(id: string): string {
  return id.slice(0, id.lastIndexOf("@"));
}

/**
 * The name in the grammar of NATS' discovery, which knows no dots in names: `acme.orders@v2` ->
 * `acme_orders`. Contract ids have no underscore, so two of them never meet in one name.
 */
export function discoveryName(id: string): string {
  return contractName(id).replaceAll(".", "_");
}

/** `orders-service@v3` -> 3. */
export function contractMajor(id: string): number {
  return Number(id.slice(id.lastIndexOf("@v") + 2));
}

/** `("rpc", "v1", "Orders.Create")` -> `rpc.v1.Orders.Create`; an event's params follow as `.{/pointer}`. */
export function surfaceSubject(
  kind: SurfaceKind,
  version: string,
  name: string,
  params: readonly string[] = [],
): string {
  return [kind, version, name, ...params.map((param) => `{${param}}`)].join(".");
}

/** The local key of a capability in the manifest: `orders-service::orders.read`. */
export function globalCapability(contractId: string, key: string): string {
  return `${contractName(contractId)}::${key}`;
}

/** Version of the shape of a state store that names none. */
export const DEFAULT_STATE_VERSION = "v1";

/** Version of the shape of a queue's payload that names none. */
export const DEFAULT_PAYLOAD_VERSION = "v1";
