import { defineError, defineServiceContract } from "@qlever-llc/trellis/client";
import { Type } from "@sinclair/typebox";
import * as schemas from "../schemas.ts";

const HOUR_MS = 60 * 60 * 1000;
const GIB = 1024 ** 3;

export const DocumentNotFoundError = defineError({
  type: "DocumentNotFoundError",
  fields: { document: Type.String() },
  message: ({ document }) => `there is no document ${document}`,
});

const { MAX_DOCUMENT_BYTES, ...registry } = schemas;

export default defineServiceContract(
  { schemas: registry, errors: { DocumentNotFoundError } },
  (ref) => ({
    id: "documents@v1",
    displayName: "Documents",
    description: "Takes documents, keeps them, and puts several of them into one export.",
    operations: {
      "Documents.Upload": {
        version: "v1",
        input: ref.schema("NewDocument"),
        output: ref.schema("DocumentInfo"),
        transfer: {
          direction: "send",
          store: "uploads",
          key: "/name",
          contentType: "/contentType",
          maxBytes: MAX_DOCUMENT_BYTES,
        },
      },
    },
    rpc: {
      "Documents.Download": {
        version: "v1",
        input: ref.schema("DocumentRef"),
        output: ref.schema("Download"),
        errors: [ref.error("DocumentNotFoundError")],
        transfer: { direction: "receive", store: "uploads" },
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
        transfer: { direction: "receive", store: "exports" },
      },
    },
    feeds: {
      "Documents.Changes": {
        version: "v1",
        input: ref.schema("AllDocuments"),
        event: ref.schema("DocumentChange"),
      },
    },
    resources: {
      kv: {
        index: {
          purpose: "What there is, for those who follow it",
          schema: ref.schema("DocumentInfo"),
        },
      },
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
