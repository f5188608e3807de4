import { digestJson } from "../../../contracts/json/digest.ts";
import { appendPointer } from "../../../contracts/json/json_pointer.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { type FileGrant, FileGrantSchema } from "../../../contracts/schema/file_grant.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** A grant, and where it stands in the answer. */
interface FoundGrant {
  readonly pointer: string;
  readonly grant: FileGrant;
}

const GRANT = validatorOf(FileGrantSchema);

/**
 * The grant in an answer. Errors: `no_file` when there is none, or none at the pointer; `usage` when there are several
 * and none is named.
 */
export function grantIn(
  answer: unknown,
  name: string,
  pointer: string | undefined,
): Result<FileGrant, ExplainedError> {
  const found = grantsIn(answer, "");
  const named = found.filter((each) => pointer === undefined || each.pointer === pointer);
  const [first, ...more] = named;
  if (first !== undefined && more.length === 0) return ok(first.grant);
  const pointers = found.map(({ pointer }) => pointer || '""').join(", ");
  if (found.length === 0) {
    return err({ code: "no_file", message: `the answer of ${name} grants no file` });
  }
  return err({
    code: pointer === undefined ? "usage" : "no_file",
    message: pointer === undefined
      ? `the answer of ${name} grants ${found.length} files`
      : `the answer of ${name} grants no file at ${pointer}`,
    hint: `name one with --grant; there are: ${pointers}`,
  });
}

/** What a part of a file belongs to: the same bytes of the same content. */
export function contentOf({ digest, size, range = { start: 0, end: size } }: FileGrant): string {
  return digestJson({ digest, ...range }).replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 16);
}

function grantsIn(value: unknown, pointer: string): readonly FoundGrant[] {
  // What has been checked is one.
  if (GRANT.check(value)) return [{ pointer, grant: value as FileGrant }];
  if (!isRecord(value) && !Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([member, inner]) =>
    grantsIn(inner, appendPointer(pointer, member))
  );
}
