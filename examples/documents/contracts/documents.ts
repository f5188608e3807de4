import { defineError, defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
import * as schemas from "../schemas.ts";

const HOUR_MS = 60 * 60 * 1000;
const GIB = 1024 ** 3;

export const DocumentNotFoundError = defineError({
  type: "DocumentNotFoundError",
  fields: { document: Type.String() },
  message: ({ document }) => `there is no document ${document}`,
});

export const DocumentRefusedError = defineError({
  type: "DocumentRefusedError",
  fields: { document: Type.String(), reason: Type.String() },
  message: ({ document, reason }) => `the document ${document} cannot be kept: ${reason}`,
});

const { MAX_DOCUMENT_BYTES, ...registry } = schemas;

export default defineServiceContract(
  { schemas: registry, errors: { DocumentNotFoundError, DocumentRefusedError } },
  (ref) => ({
    id: "documents@v1",
    displayName: "Documents",
    description: "Takes documents, keeps them, and puts several of them into one export.",
    rpc: {
      "Documents.Upload": {
        version: "v1",
        input: ref.schema("NewDocument"),
        output: ref.schema("DocumentInfo"),
        errors: [ref.error("DocumentRefusedError")],
      },
      "Documents.Get": {
        version: "v1",
        input: ref.schema("DocumentRef"),
        output: ref.schema("Document"),
        errors: [ref.error("DocumentNotFoundError")],
      },
      "Documents.List": {
        version: "v1",
        input: ref.schema("DocumentQuery"),
        output: ref.schema("DocumentPage"),
      },
      "Documents.Remove": {
        version: "v1",
        input: ref.schema("DocumentRef"),
        output: ref.schema("DocumentRef"),
      },
      "Documents.Export": {
        version: "v1",
        input: ref.schema("ExportRequest"),
        output: ref.schema("Export"),
        errors: [ref.error("DocumentNotFoundError")],
      },
    },
    resources: {
      store: {
        uploads: {
          purpose: "Keep documents",
          maxObjectBytes: MAX_DOCUMENT_BYTES,
          maxTotalBytes: 10 * GIB,
        },
        exports: {
          purpose: "Keep exports until they are fetched",
          ttlMs: 24 * HOUR_MS,
        },
      },
    },
  }),
);
