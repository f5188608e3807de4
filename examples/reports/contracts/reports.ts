import { defineError, defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";
import * as schemas from "../schemas.ts";

export const NotApproved = defineError({
  type: "NotApproved",
  fields: { by: Type.String() },
  message: ({ by }) => `${by} does not approve of the report`,
});

export default defineServiceContract({ schemas, errors: { NotApproved } }, (ref) => ({
  id: "reports@v1",
  displayName: "Reports",
  description: "Adds sales up, and exports reports that somebody has approved of.",
  rpc: {
    "Sale.Add": { version: "v1", input: ref.schema("Sale"), output: ref.schema("Nothing") },
    "Total.Get": { version: "v1", input: ref.schema("Day"), output: ref.schema("Total") },
  },
  operations: {
    "Report.Export": {
      version: "v1",
      input: ref.schema("Days"),
      progress: ref.schema("Progress"),
      output: ref.schema("Report"),
      errors: [ref.error("NotApproved")],
      signals: { approve: { input: ref.schema("Approval") } },
      cancel: true,
      // Somebody has a day to approve.
      work: { concurrency: 4, deadlineMs: 86_400_000 },
    },
  },
  jobs: {
    addUp: { payload: ref.schema("Day"), result: ref.schema("Total"), concurrency: 4 },
    closeDay: {
      payload: ref.schema("Nothing"),
      schedules: { nightly: { cron: "0 5 0 * * *", timeZone: "Europe/Berlin", payload: {} } },
    },
  },
  resources: {
    kv: {
      sales: { purpose: "Keep sales", schema: ref.schema("Sale") },
      totals: { purpose: "Totals of days that are over", schema: ref.schema("Total") },
    },
  },
}));
