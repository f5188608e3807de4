import { readFile } from "node:fs/promises";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { JsonSource } from "./command.ts";
import type { ExplainedError } from "./command_context.ts";

/** Reads a JSON value from where the command line says it is. */
export async function readJsonSource(
  source: JsonSource,
): Promise<Result<unknown, ExplainedError>> {
  if (source.from === "argument") return ok(source.value);
  const where = source.from === "stdin" ? "standard input" : source.path;
  let text: string;
  try {
    text = source.from === "stdin"
      ? await new Response(Deno.stdin.readable).text()
      : await readFile(source.path, "utf8");
  } catch (error) {
    return err(unreadable(where, error));
  }
  return parseJsonText(text, where);
}

/** What was named is not there. */
export function noFile(path: string): ExplainedError {
  return { code: "not_found", message: `there is no file or directory ${path}` };
}

/** Why a file could not be read. */
export function unreadable(where: string, error: unknown): ExplainedError {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return noFile(where);
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "unreadable", message: `${where} cannot be read: ${reason}` };
}

/** Parses JSON that a person wrote; the error says where it is and what is wrong. */
export function parseJsonText(text: string, where: string): Result<unknown, ExplainedError> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err({
      code: "not_json",
      message: `${where} is not JSON: ${reason}`,
      hint: "JSON needs double quotes around names and texts",
    });
  }
}
