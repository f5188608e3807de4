import { isErr } from "../../../contracts/result.ts";
import type { LookUp } from "../../command_line/value_type.ts";
import { askServer } from "../../completion/ask_server.ts";

/** A person does not look through more keys than this. */
const MOST_KEYS = 100;

/** Keys of a store, for completion. */
export const storeKeys: LookUp = (request) =>
  askServer(request, async (link) => {
    const { openStoreAlias } = await import("./open_store_alias.ts");
    const { prefix, given: { service = "", alias = "" } } = request;
    const store = (await openStoreAlias(service, alias, { ...link, by: "completion" })).take();
    if (isErr(store)) return [];
    const page = await store.list({ prefix, limit: MOST_KEYS }).take();
    return isErr(page) ? [] : page.entries.map(({ key }) => key);
  });
