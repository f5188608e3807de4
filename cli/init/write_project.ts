import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ScaffoldFile } from "./scaffold.ts";

/**
 * Writes the files of a project into a directory that is empty or not there. Nothing that exists is
 * ever overwritten; the first obstacle stops it before anything is written.
 */
export async function writeProject(
  target: string,
  files: readonly ScaffoldFile[],
): Promise<Result<void, string>> {
  try {
    const present = await readdir(target);
    const inTheWay = present.filter((name) => name !== ".git");
    if (inTheWay.length > 0) {
      const some = inTheWay.slice(0, 3).join(", ");
      return err(`${target} is not empty (${some}${inTheWay.length > 3 ? ", …" : ""})`);
    }
  } catch (error) {
    if (!isErrno(error, "ENOENT")) return err(`${target} cannot be used: ${reasonOf(error)}`);
  }
  try {
    for (const { path, text } of files) {
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: "wx" });
    }
    return ok();
  } catch (error) {
    return err(`${target} cannot be written: ${reasonOf(error)}`);
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
