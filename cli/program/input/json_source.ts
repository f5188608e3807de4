import { err, ok, type Result } from "../../../contracts/result.ts";
import { parseExactJson } from "../../../contracts/json/exact_json.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { ExplainedError } from "../command_context.ts";
import { textOfFile, textOfStdin } from "./given_text.ts";

/** Where a JSON value comes from: `{"a":1}`, `-`, or `@file`. */
export type JsonSource =
  /** It stood on the command line, and has been read. */
  | { readonly from: "argument"; readonly value: JsonValue }
  /** All of stdin. */
  | { readonly from: "stdin" }
  /** A file; relative to the working directory. */
  | { readonly from: "file"; readonly path: string };

/** Reads a JSON value from where the command line says it is. */
export async function readJsonSource(
  source: JsonSource,
): Promise<Result<JsonValue, ExplainedError>> {
  if (source.from === "argument") return ok(source.value);
  if (source.from === "file") return await readJsonFile(source.path);
  try {
    return parseJson(await textOfStdin(), "standard input");
  } catch (error) {
    return err(unreadable("standard input", error));
  }
}

/** Reads a JSON file. */
export async function readJsonFile(file: string): Promise<Result<JsonValue, ExplainedError>> {
  try {
    return parseJson(await textOfFile(file), file);
  } catch (error) {
    return err(unreadable(file, error));
  }
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
export function parseJson(text: string, where: string): Result<JsonValue, ExplainedError> {
  return parseExactJson(text).mapErr(({ message, hint }) => ({
    code: "not_json",
    message: `${where}: ${message}`,
    hint,
  }));
}
