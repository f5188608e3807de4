/// <reference lib="dom" />
import type { BodyOf, TrellisClient } from "@qlever-llc/trellis/client";
import type contract from "../contracts/desk.ts";
import { button, element, page } from "./page.ts";
import { TransferRow } from "./transfer_row.ts";

/** The page, with somebody logged in. */
export type Desk = TrellisClient<BodyOf<typeof contract>>;

/** Shows what there is, and each change as it happens, whoever makes it. */
export async function followDocuments(client: Desk): Promise<void> {
  const { documents } = client.used;
  const rows = new Map<string, HTMLLIElement>();
  const feed = await documents.feed.documents.changes({}).orThrow();
  for await (const { value: { name, document }, gap } of feed) {
    // What came before may be old: everything comes again.
    if (gap) page.documents.replaceChildren();
    if (gap) rows.clear();
    rows.get(name)?.remove();
    rows.delete(name);
    if (document === undefined) continue;
    const row = element("li");
    row.append(
      element("span", name),
      element("span", `${document.size} bytes`),
      button("Download", () => download(client, name)),
      button("Remove", async () => {
        await documents.rpc.documents.remove({ name }).orThrow();
      }),
    );
    rows.set(name, row);
    page.documents.prepend(row);
  }
  (await feed.outcome).orThrow();
}

/** Fetches a document, and has the browser save it. */
async function download(client: Desk, name: string): Promise<void> {
  const answer = await client.used.documents.rpc.documents.download({ name }).orThrow();
  using row = new TransferRow(name);
  const { file, info } = answer;
  const bytes = await client.transfer(file, {
    onProgress: ({ received, size }) => row.show(received, size),
  }).bytes().orThrow();
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: info.contentType }));
  link.download = name.split("/").at(-1) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
