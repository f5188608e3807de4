import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type Commit, findCommit } from "../../git/commit.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { noFile } from "../../program/json_source.ts";

/** Where contracts are read, as a person named it. */
export type ContractSource =
  /** Standard input. */
  | { readonly kind: "stdin" }
  /** What another program writes, as `<(git show …)`. */
  | { readonly kind: "pipe"; readonly path: string }
  /** A contract file or a manifest. */
  | { readonly kind: "file"; readonly path: string }
  /** All contracts of a project. */
  | { readonly kind: "project"; readonly path: string }
  /** A contract of the project's bundle. */
  | { readonly kind: "digest"; readonly digest: string }
  | RevisionSource;

/** A file, or a project, as a commit has it. */
export interface RevisionSource {
  readonly kind: "revision";
  readonly commit: Commit;
  /** As it was named, for messages. */
  readonly name: string;
  /** Relative to the root of the repository; undefined when the name alone was given. */
  readonly path: string | undefined;
}

const DIGEST = /^[\w-]{43}$/;

/** Finds out what a name stands for; what is there as a file comes first. */
export async function contractSource(
  named: string,
  signal: AbortSignal,
): Promise<Result<ContractSource, ExplainedError>> {
  if (named === "-") return ok({ kind: "stdin" });
  const info = await stat(named).catch(() => undefined);
  if (info?.isDirectory()) return ok({ kind: "project", path: named });
  if (info !== undefined) return ok({ kind: info.isFile() ? "file" : "pipe", path: named });
  if (DIGEST.test(named)) return ok({ kind: "digest", digest: named });
  // Git allows no colon in the name of a revision.
  const [revision = "", ...rest] = named.split(":");
  // What ends like a file is one, however it is spelt.
  if (rest.length === 0 && /\.(?:ts|mts|json)$/.test(named)) return err(noFile(named));
  const cwd = resolve(".");
  const commit = (await findCommit(revision, { cwd, signal })).take();
  if (isErr(commit)) return commit;
  const path = rest.length === 0 ? undefined : pathInRepository(rest.join(":"), cwd, commit.root);
  return ok({ kind: "revision", commit, name: revision, path });
}

/** Git reads `./` and `../` from the working directory, everything else from the root. */
function pathInRepository(path: string, cwd: string, root: string): string {
  return /^\.{1,2}(?:\/|$)/.test(path) ? relative(root, resolve(cwd, path)) : path;
}

/**
 * What a revision without a path is compared by: the same file or project that stands on the other side.
 *
 * @param project the project's directory, where the other side names neither
 */
export function withPath(
  source: ContractSource,
  other: ContractSource,
  project: string,
): ContractSource {
  if (source.kind !== "revision" || source.path !== undefined) return source;
  const { root } = source.commit;
  if (other.kind === "revision") {
    return { ...source, path: other.path ?? relative(root, resolve(project)) };
  }
  const path = other.kind === "file" || other.kind === "project" ? other.path : project;
  return { ...source, path: relative(root, resolve(path)) };
}

/** Whether a path leads out of the folder that it is relative to. */
export function leadsOut(path: string): boolean {
  return isAbsolute(path) || join(path, ".").startsWith("..");
}
