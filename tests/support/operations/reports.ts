/** A service with operations of each kind, for the tests of operations. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineAppContract,
  defineError,
  defineHandlers,
  defineServiceContract,
  ok,
} from "../../../mod.ts";
import type { OperationHandlers } from "../../../runtime/operations/serve/running_types.ts";

const Range = Type.Object({ rows: Type.Integer(), key: Type.Optional(Type.String()) });
const Progress = Type.Object({ done: Type.Integer() });
const Report = Type.Object({ url: Type.String() });
const Approval = Type.Object({ by: Type.String() });

/** Declared by the export. */
export const NotApprovedError = defineError({
  type: "NotApprovedError",
  fields: { by: Type.String() },
  message: ({ by }) => `${by} has not approved it`,
});

/** Exports reports. */
export const reports = defineServiceContract(
  { schemas: { Range, Progress, Report, Approval }, errors: { NotApprovedError } },
  (ref) => ({
    id: "reports@v1",
    displayName: "Reports",
    description: "Exports reports.",
    capabilities: {
      audit: { displayName: "Audit", description: "Looks at all exports." },
      approve: { displayName: "Approve", description: "Approves exports." },
    },
    operations: {
      "Report.Export": {
        version: "v1",
        input: ref.schema("Range"),
        progress: ref.schema("Progress"),
        output: ref.schema("Report"),
        errors: [ref.error("NotApprovedError")],
        signals: { approve: { input: ref.schema("Approval") } },
        cancel: true,
        capabilities: { observe: ["audit"], control: ["approve"] },
        // A frozen process is delivered what it cannot take, which counts.
        work: { concurrency: 4, maxDeliver: 8, backoffMs: [20], ackWaitMs: 1000 },
      },
      // One at a time.
      "Report.Print": {
        version: "v1",
        input: ref.schema("Range"),
        output: ref.schema("Report"),
        signals: { stop: { input: ref.schema("Approval") } },
        cancel: true,
        work: { ackWaitMs: 1000 },
      },
      // Given up and forgotten soon.
      "Report.Rush": {
        version: "v1",
        input: ref.schema("Range"),
        output: ref.schema("Report"),
        work: { deadlineMs: 1500, keepMs: 1000 },
      },
    },
  }),
);

/** The body of {@link reports}. */
export type Reports = BodyOf<typeof reports>;
/** The handlers of its operations. */
export type ExportHandler = OperationHandlers<Reports, undefined>["Report.Export"];
export type PrintHandler = OperationHandlers<Reports, undefined>["Report.Print"];

export type RushHandler = OperationHandlers<Reports, undefined>["Report.Rush"];

/** Handlers; what is left out is done at once. */
export function reportHandlers(
  onExport: ExportHandler = ({ input }) => ok({ url: `export/${input.rows}` }),
  onPrint: PrintHandler = ({ input }) => ok({ url: `print/${input.rows}` }),
  onRush: RushHandler = ({ input }) => ok({ url: `rush/${input.rows}` }),
) {
  return defineHandlers(reports, {
    operations: { "Report.Export": onExport, "Report.Print": onPrint, "Report.Rush": onRush },
  });
}

/** Starts its operations. */
export const desk = defineAppContract({}, () => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Asks for reports.",
  uses: {
    required: {
      reports: reports.use({
        operations: { call: ["Report.Export", "Report.Print", "Report.Rush"] },
      }),
    },
  },
}));
