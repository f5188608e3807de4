import type { Static, TInteger, TLiteral, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";

/**
 * JSON Schema of a {@link FileGrant}, for the schema of an answer that holds one.
 *
 * ```ts
 * import { FileGrantSchema } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const Download = Type.Object({ name: Type.String(), file: FileGrantSchema });
 * ```
 */
export const FileGrantSchema: TObject<{
  format: TLiteral<"trellis.file.v1">;
  surface: TString;
  id: TString;
  size: TInteger;
  digest: TString;
  contentType: TOptional<TString>;
  range: TOptional<TObject<{ start: TInteger; end: TInteger }>>;
  expiresAt: TString;
}> = Type.Object({
  format: Type.Literal("trellis.file.v1"),
  surface: Type.String({ maxLength: 512 }),
  id: Type.String({ maxLength: 64 }),
  size: Type.Integer({ minimum: 0 }),
  digest: Type.String({ maxLength: 64 }),
  contentType: Type.Optional(Type.String({ maxLength: 255 })),
  range: Type.Optional(
    Type.Object({ start: Type.Integer({ minimum: 0 }), end: Type.Integer({ minimum: 0 }) }),
  ),
  expiresAt: Type.String({ format: "date-time" }),
});

/**
 * What a caller fetches a file with, out of the answer of an RPC or an operation. It holds for the session that
 * was given it, for the bytes that the key led to then, and until it expires. With `range` it holds for the bytes
 * from `start` on and before `end`.
 */
export type FileGrant = Static<typeof FileGrantSchema>;
