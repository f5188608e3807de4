/** Where the records of authority live, shared by those who write them and those who read. */

/** The KV bucket of Trellis' own records. */
export const AUTHORITY_BUCKET = "trellis_authority";

/** A deployment name as one KV key segment; injective, because names have no underscore. */
export function deploymentToken(deployment: string): string {
  return deployment.replaceAll(".", "_");
}

/** Key of a deployment's bindings. */
export function bindingsKey(deployment: string): string {
  return `bindings.${deploymentToken(deployment)}`;
}
