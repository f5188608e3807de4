/** Where the records of authority live, shared by those who write them and those who read. */

import { digestJson } from "../json/digest.ts";

/** The KV bucket of Trellis' own records. */
export const AUTHORITY_BUCKET = "trellis_authority";

/** A deployment name as one KV key segment; injective, because names have no underscore. */
export function deploymentToken(deployment: string): string {
  return deployment.replaceAll(".", "_");
}

/** Key of the claim of a surface; its subject may hold what no key may. */
export function surfaceKey(subject: string): string {
  return `surface.${digestJson(subject)}`;
}

/** Key of a deployment's bindings. */
export function bindingsKey(deployment: string): string {
  return `bindings.${deploymentToken(deployment)}`;
}
