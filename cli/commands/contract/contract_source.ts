import { realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type Commit, findCommit } from "../../git/commit.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { noFile } from "../../program/input/json_source.ts";

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

/** How names are looked up. */
export interface LookUpOptions {
  /** The name on the other side, whose repository a revision alone belongs to. */
  readonly other?: string;
  /** The project's directory. */
  readonly project: string;
  readonly signal: AbortSignal;
}

/** Finds out what a name stands for; what is there as a file comes first. */
export async function contractSource(
  named: string,
  { other, project, signal }: LookUpOptions,
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
  const isAlone = rest.length === 0;
  const cwd = isAlone ? await folderOf(other ?? project, project) : resolve(".");
  const commit = (await findCommit(revision, { cwd, signal })).take();
  if (isErr(commit)) return commit;
  const path = isAlone ? undefined : pathInRepository(rest.join(":"), cwd, commit.root);
  return ok({ kind: "revision", commit, name: revision, path });
}

/** The folder that a name is, or lies in; the project's where it is no file. */
async function folderOf(named: string, project: string): Promise<string> {
  const info = await stat(named).catch(() => undefined);
  if (info === undefined) return resolve(project);
  return resolve(info.isDirectory() ? named : dirname(named));
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
export async function withPath(
  source: ContractSource,
  other: ContractSource,
  project: string,
): Promise<ContractSource> {
  if (source.kind !== "revision" || source.path !== undefined) return source;
  const { root } = source.commit;
  if (other.kind === "revision" && other.path !== undefined) {
    return { ...source, path: other.path };
  }
  const path = other.kind === "file" || other.kind === "project" ? other.path : project;
  // Either may be reached through a link.
  return { ...source, path: relative(await realpath(root), await realpath(path)) };
}

/** Whether a path leads out of the folder that it is relative to. */
export function leadsOut(path: string): boolean {
  return isAbsolute(path) || join(path, ".").startsWith("..");
}
