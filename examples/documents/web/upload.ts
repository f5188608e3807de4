/// <reference lib="dom" />
import { isErr, TransferError } from "@qlever-llc/trellis/client";
import type { Desk } from "./document_list.ts";
import { button } from "./page.ts";
import { TransferRow } from "./transfer_row.ts";

/** Uploads a file, and shows how far it is. What fails may be gone on with: nothing that has arrived is sent again. */
export async function upload(client: Desk, file: File, id?: string): Promise<void> {
  const uploads = client.used.documents.operation.documents.upload;
  const row = new TransferRow(file.name);
  const options = {
    body: file,
    onTransfer: ({ sent }: { readonly sent: number }) => row.show(sent, file.size),
  };
  const contentType = file.type || "application/octet-stream";
  const started =
    await (id === undefined
      ? uploads.start({ name: file.name, contentType }, options)
      : uploads.resume(id, options)).take();
  if (isErr(started)) {
    const { error } = started;
    const known = error instanceof TransferError ? error.id : id;
    row.fail(
      `${file.name}: ${error.message}`,
      button("Go on", async () => {
        row[Symbol.dispose]();
        await upload(client, file, known);
      }),
    );
    return;
  }
  await started.wait().orThrow();
  row[Symbol.dispose]();
}
