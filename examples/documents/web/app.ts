import { TrellisClient } from "@qlever-llc/trellis/client";
import contract from "../contracts/desk.ts";
import { type Desk, followDocuments } from "./document_list.ts";
import { page, showProblem } from "./page.ts";
import { upload } from "./upload.ts";

try {
  const { trellisUrl } = await (await fetch("/config.json")).json();
  const client = await TrellisClient.connect({ contract, trellisUrl, login: "page" }).orThrow();
  page.files.addEventListener("change", () => {
    for (const file of page.files.files ?? []) upload(client, file).catch(showProblem);
    page.files.value = "";
  });
  page.main.hidden = false;
  await Promise.all([followDocuments(client), showConnection(client)]);
} catch (reason) {
  page.connection.textContent = "not connected";
  showProblem(reason);
}

async function showConnection({ connection }: Desk): Promise<void> {
  for await (const { state } of connection.watch()) page.connection.textContent = state;
}
