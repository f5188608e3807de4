import type { Result } from "../../contracts/result.ts";

/** The value, or an error with what to do in its message: that is all that a test report shows. */
export function explained<T>(
  result: Result<T, { readonly message: string; readonly hint?: string }>,
): T {
  if (result.isOk()) return result.value;
  const { message, hint } = result.error;
  throw new Error(hint === undefined ? message : `${message}; ${hint}`, { cause: result.error });
}
