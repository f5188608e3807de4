import { RemoteError } from "./remote_error.ts";

/**
 * What an error is counted as: its code or its reason where it has one, as `trellis.rpc.timeout` or `not_found`, else
 * its type, as `NotFoundError`.
 */
export function errorType(error: Error): string {
  if (error instanceof RemoteError) return error.payload.type;
  if ("code" in error && typeof error.code === "string") return error.code;
  if ("reason" in error && typeof error.reason === "string") return error.reason;
  return error.name;
}
