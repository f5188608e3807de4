import { defineAppContract } from "@qlever-llc/trellis/client";
import documents from "./documents.ts";

export default defineAppContract({}, () => ({
  id: "documents-desk@v1",
  displayName: "Documents",
  description: "A page to upload documents, see what there is, and download it.",
  uses: {
    required: {
      documents: documents.use({
        operations: { call: ["Documents.Upload"] },
        rpc: { call: ["Documents.Download", "Documents.Remove"] },
        feeds: { subscribe: ["Documents.Changes"] },
      }),
    },
  },
}));
