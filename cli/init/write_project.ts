import {
  appendFile,
  mkdir,
  readFile,
  rm,
  rmdir,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ScaffoldFile } from "./scaffold.ts";

/** What became of the files of a project; paths inside the project. */
export interface WrittenProject {
  /** New files. */
  readonly written: readonly string[];
  /** Files that were there, and got lines that were missing. */
  readonly extended: readonly string[];
  /** Files that were there, and stay unchanged. */
  readonly kept: readonly string[];
}

/** Why nothing was written. */
export interface WriteProblem {
  readonly code: "target_in_use" | "not_written";
  readonly message: string;
  readonly hint: string;
}

/** Files that may be there already: one that gets the missing lines, and one that stays. */
const EXTENDED = ".gitignore";
const KEPT = "README.md";

/**
 * Writes the files of a project into a directory, beside what is there. No file is ever overwritten: a
 * file of the project that is there already stops it before anything is written. After a failure no
 * file of it is left.
 */
export async function writeProject(
  target: string,
  files: readonly ScaffoldFile[],
): Promise<Result<WrittenProject, WriteProblem>> {
  const made: string[] = [];
  try {
    const isThere = await Promise.all(files.map(({ path }) => exists(join(target, path))));
    const present = files.filter((_, index) => isThere[index]).map(({ path }) => path);
    const inTheWay = present.filter((path) => path !== EXTENDED && path !== KEPT);
    if (inTheWay.length > 0) {
      return err({
        code: "target_in_use",
        message: `${target} has a file ${inTheWay.join(", ")} already`,
        hint: "name another directory; no file is ever overwritten",
      });
    }
    const written = files.filter(({ path }) => !present.includes(path));
    for (const { path, text } of written) {
      await makeDirectory(dirname(join(target, path)), made);
      await makeFile(join(target, path), text, made);
    }
    const ignore = files.find(({ path }) => path === EXTENDED && present.includes(path));
    const isExtended = ignore !== undefined && await extend(join(target, EXTENDED), ignore.text);
    const extended = isExtended ? [EXTENDED] : [];
    return ok({
      written: written.map(({ path }) => path),
      extended,
      kept: present.filter((path) => !extended.includes(path)),
    });
  } catch (error) {
    for (const path of made.reverse()) await remove(path);
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "not_written",
      message: `${relative(".", target) || "."} cannot be written: ${reason}`,
      hint: "check the rights and the free space; nothing was changed",
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
}

async function makeDirectory(path: string, made: string[]): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  // The directories that were missing, the outermost first.
  const missing: string[] = [];
  for (let directory = path;; directory = dirname(directory)) {
    missing.unshift(directory);
    if (directory === first) break;
  }
  made.push(...missing);
}

async function makeFile(path: string, text: string, made: string[]): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    // A file that came meanwhile is not ours; of a full disk, a part of the file is there.
    if (codeOf(error) !== "EEXIST") await remove(path);
    throw error;
  }
  made.push(path);
}

/** Adds the lines that a file does not have; false when it has all of them. */
async function extend(path: string, lines: string): Promise<boolean> {
  const before = await readFile(path, "utf8");
  const present = new Set(before.split(/\r?\n/).map((line) => line.trim()));
  const missing = lines.split("\n").filter((line) => line !== "" && !present.has(line));
  if (missing.length === 0) return false;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  try {
    await appendFile(path, `${gap}${missing.join("\n")}\n`);
  } catch (error) {
    await truncate(path, new TextEncoder().encode(before).length).catch(() => {});
    throw error;
  }
  return true;
}

/** Removes a file, or a directory if it is empty. */
async function remove(path: string): Promise<void> {
  await rm(path).catch(() => rmdir(path)).catch(() => {});
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
