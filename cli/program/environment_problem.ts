import type { Problem } from "./output.ts";

/** What the system says when a file cannot be used: rights, space, limits, something in the way. */
const FILE_CODES: ReadonlySet<unknown> = new Set([
  ...["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO"],
  ...["ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "EMFILE", "ENFILE"],
]);

/**
 * A thrown error that is no bug but the state of this machine, for the person who can change that:
 * a missing permission of Deno, or a file that cannot be used. Undefined for any other error.
 */
export function environmentProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if (error instanceof Deno.errors.NotCapable) {
    return { code: "not_permitted", message, hint: "change the task in deno.json, or the command" };
  }
  if (!("code" in error && FILE_CODES.has(error.code))) return undefined;
  return {
    code: "not_usable",
    message: `a file or directory cannot be used: ${message}`,
    hint: "check its rights, its kind, and the free space of its disk",
  };
}
