import { isErr } from "../../../contracts/result.ts";
import type { LookUp } from "../../command_line/value_type.ts";
import { askServer } from "../../completion/ask_server.ts";

/** A person does not look through more keys than this. */
const MOST_KEYS = 100;

/** Keys of a KV resource, for completion. */
export const kvKeys: LookUp = (request) =>
  askServer(request, async (link) => {
    const { openKvAlias } = await import("./open_kv_alias.ts");
    const { prefix, given: { service = "", alias = "" } } = request;
    const opened = (await openKvAlias({ service, alias }, { ...link, by: "completion" })).take();
    if (isErr(opened)) return [];
    const keys = await opened.kv.keys().take();
    if (isErr(keys)) return [];
    const all = await Array.fromAsync(keys);
    return all.filter((key) => key.startsWith(prefix)).slice(0, MOST_KEYS);
  });
