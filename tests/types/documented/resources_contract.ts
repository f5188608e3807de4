import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

/** The documented KV and store requests, in one contract. */
export const contract = defineServiceContract(
  { schemas: { AuditEntry: Type.Object({ action: Type.String() }) } },
  (ref) => ({
    id: "audit@v1",
    displayName: "Audit",
    description: "Keeps an audit log.",
    resources: {
      kv: {
        activity: {
          purpose: "Store normalized activity entries",
          schema: ref.schema("AuditEntry"),
          required: true,
          history: 1,
          ttlMs: 0,
        },
      },
      store: {
        uploads: {
          purpose: "Temporary uploaded files awaiting processing",
          required: true,
          ttlMs: 86_400_000,
          maxTotalBytes: 10 * 1024 * 1024 * 1024,
        },
      },
    },
  }),
);
