/** A service with blob stores, for tests of the runtime. */
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";

const Document = Type.Object({ title: Type.String() });

/** Two required stores, one optional, and a KV resource with the alias of one of them. */
export const documents = defineServiceContract({ schemas: { Document } }, (ref) => ({
  id: "documents@v1",
  displayName: "Documents",
  description: "Keeps documents.",
  resources: {
    kv: { uploads: { purpose: "What was uploaded", schema: ref.schema("Document") } },
    store: {
      uploads: { purpose: "Uploaded files awaiting processing", required: true, ttlMs: 0 },
      exports: { purpose: "Reports before delivery", maxObjectBytes: 1000 },
      previews: { purpose: "Pictures of pages", required: false },
    },
  },
}));

/** The first version of the same contract: fewer stores, another digest. */
export const firstDocuments = defineServiceContract({ schemas: { Document } }, (ref) => ({
  id: "documents@v1",
  displayName: "Documents",
  description: "Keeps documents.",
  resources: {
    kv: { uploads: { purpose: "What was uploaded", schema: ref.schema("Document") } },
    store: {
      uploads: { purpose: "Uploaded files awaiting processing", required: true, ttlMs: 0 },
    },
  },
}));
