/** What the compiler knows of operations. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  defineHandlers,
  err,
  type HandlerClient,
  ok,
  type OperationContext,
  type OperationError,
  type Result,
  RetryLater,
  TrellisClient,
} from "../../mod.ts";
import type { CallError } from "../../mod.ts";
import { desk, NotApprovedError, reports } from "../support/operations/reports.ts";

const done = () => ok({ url: "" });
const others = { "Report.Print": done, "Report.Rush": done };

defineHandlers(reports, {
  deps: () => ({ base: "x" }),
  operations: {
    ...others,
    "Report.Export": async ({ input, op, client, context, deps }) => {
      assertType<IsExact<typeof input, { rows: number; key?: string }>>(true);
      assertType<IsExact<typeof client, HandlerClient<BodyOf<typeof reports>>>>(true);
      assertType<IsExact<typeof context, OperationContext>>(true);
      assertType<IsExact<typeof deps, { base: string }>>(true);
      op.progress({ done: 1 });
      // @ts-expect-error progress is a number of rows
      op.progress({ done: "1" });
      const rows = await op.step("query", (step) => [step.id]);
      assertType<IsExact<typeof rows, string[]>>(true);
      const approval = await op.signal("approve", { timeoutMs: 1000 });
      assertType<IsExact<typeof approval, Result<{ by: string }, OperationError>>>(true);
      // @ts-expect-error it takes no such signal
      op.signal("refuse");
      if (approval.isErr()) return err(new NotApprovedError({ by: "ada" }));
      return input.rows > 1 ? err(new RetryLater({ afterMs: 1 })) : ok({ url: approval.value.by });
    },
  },
});

// @ts-expect-error an operation has no handler
defineHandlers(reports, { operations: others });
defineHandlers(reports, {
  operations: {
    ...others,
    // @ts-expect-error the output has a url
    "Report.Export": () => ok({ path: "" }),
  },
});

/** A caller. */
export async function caller(): Promise<void> {
  const client = await TrellisClient.connect({ contract: desk }).orThrow();
  const { export: exporting, rush } = client.operation.report;
  const ref = await exporting.start({ rows: 1 }, { requestId: "one" }).orThrow();
  // @ts-expect-error rows is a number
  exporting.start({ rows: "1" });
  const ended = await ref.wait({ timeoutMs: 1000 });
  type NotApproved = InstanceType<typeof NotApprovedError>;
  assertType<
    IsExact<typeof ended, Result<{ url: string }, NotApproved | OperationError | CallError>>
  >(true);
  for await (const snapshot of await ref.watch().orThrow()) {
    assertType<IsExact<typeof snapshot.progress, { done: number } | undefined>>(true);
    if (snapshot.state === "completed") {
      assertType<IsExact<typeof snapshot.output, { url: string }>>(true);
    }
    // @ts-expect-error only what is completed has an output
    snapshot.output;
  }
  await ref.cancel("not needed").orThrow();
  await ref.signal("approve", { by: "ada" }).orThrow();
  // @ts-expect-error it takes no such signal
  ref.signal("refuse", {});
  // @ts-expect-error it says who
  ref.signal("approve", {});
  const rushed = rush.resume(ref);
  // @ts-expect-error it cannot be cancelled
  rushed.cancel();
  // @ts-expect-error it takes no signals
  rushed.signal("approve", { by: "ada" });
  const used = client.used.reports.operation.report.export;
  assertType<IsExact<typeof used, typeof exporting>>(true);
}
