import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import { StoreError } from "../../../../runtime/store/store_error.ts";
import type { TypedStoreEntry } from "../../../../runtime/store/typed_store_entry.ts";
import { pictureType } from "./object_kind.ts";

/** What can be shown of an object on its page. */
export type Preview =
  | { readonly kind: "picture" }
  | { readonly kind: "text"; readonly text: string; readonly isWhole: boolean }
  | { readonly kind: "none"; readonly why: string };

/** Bytes of a text that are shown. */
export const MOST_TEXT = 64 * 1024;
/** Larger pictures are downloaded, and not shown. */
const MOST_PICTURE = 16 * 1024 * 1024;

/** Looks at the beginning of an object, whatever it calls itself. */
export async function readPreview(
  entry: Pick<TypedStoreEntry, "info" | "stream">,
  signal: AbortSignal,
): Promise<Result<Preview, StoreError>> {
  const { size, contentType } = entry.info;
  if (size === 0) return ok({ kind: "none", why: "It is empty." });
  if (pictureType(contentType) !== undefined) {
    return size <= MOST_PICTURE
      ? ok({ kind: "picture" })
      : ok({ kind: "none", why: "The picture is too large to be shown here; download it." });
  }
  const begun = (await beginning(entry, signal)).take();
  if (isErr(begun)) return begun;
  const text = textOf(begun, begun.length === size);
  return ok(
    text === undefined
      ? { kind: "none", why: "It is no text, and no picture that is safe to show; download it." }
      : { kind: "text", text, isWhole: begun.length === size },
  );
}

async function beginning(
  entry: Pick<TypedStoreEntry, "info" | "stream">,
  signal: AbortSignal,
): Promise<Result<Uint8Array, StoreError>> {
  const stream = await entry.stream({ signal }).take();
  if (isErr(stream)) return stream;
  const room = new Uint8Array(Math.min(MOST_TEXT, entry.info.size));
  let filled = 0;
  try {
    for await (const chunk of stream) {
      const part = chunk.subarray(0, room.length - filled);
      room.set(part, filled);
      filled += part.length;
      // Leaving the loop ends the download.
      if (filled === room.length) break;
    }
  } catch (error) {
    if (error instanceof StoreError) return err(error);
    throw error;
  }
  return ok(room.subarray(0, filled));
}

/** Text without what no text holds; a character that was cut at the end is left out. */
function textOf(bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
    // deno-lint-ignore no-control-regex -- they are what tells bytes from text
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
