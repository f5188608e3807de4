import { Type } from "@sinclair/typebox";
import { FileGrantSchema, PageRequestSchema, PageResponseSchema } from "@qlever-llc/trellis/client";

/** Largest document in bytes. */
export const MAX_DOCUMENT_BYTES = 256 * 1024 ** 2;

const name = Type.String({ minLength: 1, maxLength: 200 });
const contentType = Type.String({ minLength: 1, maxLength: 255 });
const size = Type.Integer({ minimum: 0, description: "Bytes" });
const time = Type.String({ format: "date-time" });

export const NewDocument = Type.Object({ name, contentType });
export const DocumentRef = Type.Object({ name });
export const DocumentInfo = Type.Object({ name, contentType, size, uploadedAt: time });
export const Download = Type.Object({ info: DocumentInfo, file: FileGrantSchema });

export const DocumentQuery = Type.Object({
  ...PageRequestSchema.properties,
  prefix: Type.Optional(Type.String({ maxLength: 200 })),
});
export const DocumentPage = PageResponseSchema(DocumentInfo);

export const AllDocuments = Type.Object({});
export const DocumentChange = Type.Object({
  name,
  document: Type.Optional(Type.Object(DocumentInfo.properties, {
    description: "As it is now; missing when it was removed",
  })),
});

export const ExportRequest = Type.Object({
  names: Type.Array(name, { minItems: 1, maxItems: 1000 }),
});
export const Export = Type.Object({ expiresAt: time, file: FileGrantSchema });
