/** What the compiler knows of files that are sent with operations. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  defineHandlers,
  err,
  ok,
  type OperationError,
  type Result,
  TransferError,
  TrellisClient,
} from "../../mod.ts";
import type { StoreInfo } from "../../mod.ts";
import type { StoredFile } from "../../runtime/operations/operation_types.ts";
import { author, paperHandlers, papers } from "../support/transfers/papers.ts";
import { desk, reports } from "../support/operations/reports.ts";

const { handlers } = paperHandlers();

defineHandlers(papers, {
  operations: {
    ...handlers.operations,
    "Paper.Upload": async ({ op }) => {
      const { key, contentType, maxBytes } = op.transfer.info;
      assertType<IsExact<typeof key, string>>(true);
      assertType<IsExact<typeof contentType, string | undefined>>(true);
      assertType<IsExact<typeof maxBytes, number | undefined>>(true);
      const file = await op.transfer.completed();
      assertType<IsExact<typeof file, Result<StoreInfo, OperationError | TransferError>>>(true);
      if (file.isErr()) return err(file.error);
      return ok({ key, size: 1, digest: "" });
    },
  },
});

defineHandlers(reports, {
  operations: {
    // @ts-expect-error no file comes with it
    "Report.Export": ({ op }) => ok({ url: String(op.transfer) }),
    "Report.Print": () => ok({ url: "" }),
    // @ts-expect-error it ends with no error of a file
    "Report.Rush": () => err(new TransferError({ reason: "expired", message: "", id: "" })),
  },
});

/** A sender. */
export async function sender(): Promise<void> {
  const client = await TrellisClient.connect({ contract: author }).orThrow();
  const { upload } = client.operation.paper;
  const body = new Uint8Array(1);
  const sent = await upload.start({ path: "a" }, { body, requestId: "one", onTransfer: () => {} });
  if (sent.isErr() && sent.error.name === "TransferError") {
    const { id } = sent.error;
    const resumed = upload.resume(id, { body: new Blob([]) });
    const ref = await resumed.orThrow();
    const ended = await ref.wait();
    if (ended.isErr() && ended.error.name === "TransferError") ended.error.reason;
  }
  // Without a body nothing is sent, and it can be looked at.
  const ref = upload.resume("o-1");
  const { transfer } = await ref.get().orThrow();
  assertType<IsExact<typeof transfer, StoredFile | undefined>>(true);
  // @ts-expect-error a file belongs to it
  upload.start({ path: "a" });
  // @ts-expect-error a file belongs to it
  upload.start({ path: "a" }, { requestId: "one" });
  // @ts-expect-error text is encoded before
  upload.start({ path: "a" }, { body: "text" });
  // @ts-expect-error the input has a path
  upload.start({}, { body });

  const reader = await TrellisClient.connect({ contract: desk }).orThrow();
  const { export: exporting } = reader.operation.report;
  // @ts-expect-error no file comes with it
  exporting.start({ rows: 1 }, { body });
  const report = await exporting.start({ rows: 1 }).orThrow();
  // @ts-expect-error no file comes with it
  exporting.resume(report, { body });
}
