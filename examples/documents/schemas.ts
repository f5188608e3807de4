import { Type } from "@sinclair/typebox";
import { PageRequestSchema, PageResponseSchema } from "@qlever-llc/trellis";

/** Largest document in bytes. In base64 it still fits in one message with room to spare. */
export const MAX_DOCUMENT_BYTES = 512 * 1024;

const name = Type.String({ minLength: 1, maxLength: 200 });
const contentType = Type.String({ minLength: 1, maxLength: 255 });
const content = Type.String({ description: "Bytes in base64" });
const size = Type.Integer({ minimum: 0, description: "Bytes" });
const time = Type.String({ format: "date-time" });

export const NewDocument = Type.Object({ name, contentType, content });
export const DocumentRef = Type.Object({ name });
export const DocumentInfo = Type.Object({ name, contentType, size, uploadedAt: time });
export const Document = Type.Object({ info: DocumentInfo, content });

export const DocumentQuery = Type.Object({
  ...PageRequestSchema.properties,
  prefix: Type.Optional(Type.String({ maxLength: 200 })),
});
export const DocumentPage = PageResponseSchema(DocumentInfo);

export const ExportRequest = Type.Object({
  names: Type.Array(name, { minItems: 1, maxItems: 1000 }),
});
export const Export = Type.Object({ exportId: Type.String(), size, expiresAt: time });
