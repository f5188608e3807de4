import { STORE_UPLOAD_MS } from "../../contracts/stored/store_names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { StoreError } from "./store_error.ts";
import { type OperationContext, quoted } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type { StoreOperationOptions, StoreWriteOptions } from "./store_types.ts";

/** Most bytes of UTF-8 that the names and values of an object's metadata take together. */
export const MAX_METADATA_BYTES = 8192;
/** Longest content type, in characters. */
export const MAX_CONTENT_TYPE_LENGTH = 255;

/** What is stored beside the bytes of an object. */
export interface ObjectLabels {
  readonly contentType?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Checks what is to be stored beside the bytes, and copies it. */
export function objectLabels(
  options: StoreWriteOptions,
  context: OperationContext,
): Result<ObjectLabels, StoreError> {
  const { contentType, metadata = {} } = options;
  const what = contentTypeProblem(contentType) ?? metadataProblem(metadata);
  if (what !== undefined) return err(storeError({ reason: "invalid_metadata", what }, context));
  const labels = { metadata: Object.fromEntries(Object.entries(metadata)) };
  return ok(contentType === undefined ? labels : { ...labels, contentType });
}

/** What is wrong with signal or time; undefined when nothing is. */
export function operationProblem(
  { signal, timeoutMs }: StoreOperationOptions,
  context: OperationContext,
): StoreError | undefined {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    const what = "signal must be an AbortSignal";
    return storeError({ reason: "invalid_option", what }, context);
  }
  if (timeoutMs === undefined || (timeoutMs > 0 && timeoutMs <= STORE_UPLOAD_MS)) return undefined;
  const what = `timeoutMs must be more than 0 and at most ${STORE_UPLOAD_MS}, not ${timeoutMs}`;
  return storeError({ reason: "invalid_option", what }, context);
}

/** What is wrong with a media type; undefined when nothing is, and when there is none. */
export function contentTypeProblem(contentType: unknown): string | undefined {
  if (contentType === undefined) return undefined;
  if (typeof contentType !== "string") return "the content type is not a string";
  if (
    contentType.length <= MAX_CONTENT_TYPE_LENGTH && /^[\x21-\x7e][\x20-\x7e]*$/.test(contentType)
  ) {
    return undefined;
  }
  return `the content type ${
    quoted(contentType)
  } is not 1 to ${MAX_CONTENT_TYPE_LENGTH} printable ` +
    "ASCII characters";
}

function metadataProblem(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return "metadata is a record of strings";
  }
  const encoder = new TextEncoder();
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      return `the metadata ${quoted(name)} is not a string; write it as one`;
    }
    if (name === "" || !name.isWellFormed() || !value.isWellFormed()) {
      return `the metadata ${quoted(name)} has an empty name, or half a surrogate pair`;
    }
    bytes += encoder.encode(name).length + encoder.encode(value).length;
  }
  if (bytes <= MAX_METADATA_BYTES) return undefined;
  return `the metadata takes ${bytes} bytes, and ${MAX_METADATA_BYTES} are the most; it describes, ` +
    "and data belongs in the body or in a KV resource";
}
