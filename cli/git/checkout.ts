import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Commit } from "./commit.ts";
import { git } from "./git.ts";

/** The files of a commit in a folder of their own, which goes away with it. */
export interface Checkout extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string;
}

/**
 * Writes the files of a commit into a new folder. The repository is only read: neither its index nor
 * its list of worktrees changes, and no hook runs.
 *
 * @param parent the folder to put it in; made when it is not there
 */
export async function checkOut(
  { hash, root }: Commit,
  parent: string,
  signal: AbortSignal,
): Promise<Result<Checkout, ExplainedError>> {
  let folder: string;
  let isNew: boolean;
  try {
    isNew = await mkdir(parent, { recursive: true }) !== undefined;
    folder = await mkdtemp(join(resolve(parent), "revision-"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "not_written",
      message: `there is no room for the files of the revision in ${parent}: ${reason}`,
    });
  }
  const index = `${folder}.index`;
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(index, { force: true });
    // Not when something else has come into it.
    if (isNew) await rmdir(parent).catch(() => {});
  };
  const options = { cwd: root, env: { GIT_INDEX_FILE: index }, signal };
  for (
    const words of [
      ["read-tree", hash],
      ["checkout-index", "--all", "--quiet", `--prefix=${folder}/`],
    ]
  ) {
    const done = (await git(words, options)).take();
    if (!isErr(done)) continue;
    await remove();
    return done;
  }
  return ok({ folder, [Symbol.asyncDispose]: remove });
}
