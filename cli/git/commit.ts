import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { git, type GitOptions } from "./git.ts";

/** A commit of a repository. */
export interface Commit {
  readonly hash: string;
  /** The folder that the repository is checked out in; absolute. */
  readonly root: string;
}

/**
 * The commit that a name stands for, as `HEAD~1`, `main`, a tag or a hash.
 *
 * @param options `cwd`: a folder of the repository
 */
export async function findCommit(
  name: string,
  options: GitOptions,
): Promise<Result<Commit, ExplainedError>> {
  const unknown: ExplainedError = {
    code: "not_found",
    message: `there is no file, directory or git revision ${name}`,
  };
  // Git would take it for an option.
  if (name === "" || name.startsWith("-")) return err(unknown);
  const root = (await git(["rev-parse", "--show-toplevel"], options)).take();
  if (isErr(root)) {
    const { code, message } = root.error;
    return code === "git_missing" ? root : err({ ...unknown, hint: message });
  }
  const words = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const hash = await git(words, options);
  return hash.isOk() ? ok({ hash: hash.value, root }) : err(unknown);
}
