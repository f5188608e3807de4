import { contractName } from "../../contracts/manifest/names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import type { AuthorityStore } from "../records/record_store.ts";

/** What is accepted of the contracts whose events are consumed, by id; one that is not is missing. */
export async function usedContracts(
  { consumers = {}, resources }: Needs,
  store: Pick<AuthorityStore, "load" | "loadAll">,
): Promise<Result<ByKey<Needs>, AuthorityError>> {
  const consuming = [
    ...Object.values(consumers),
    ...Object.values(resources.kv).flatMap(({ projection }) => projection ?? []),
  ];
  const ids = new Set(consuming.flatMap(({ contracts = {} }) => Object.values(contracts)));
  const used = new Map<string, Needs>();
  const add = ({ desired }: AuthorityRecord) => {
    if (desired !== undefined && ids.has(desired.needs.contract)) {
      used.set(desired.needs.contract, desired.needs);
    }
  };
  for (const id of ids) {
    const named = await store.load(contractName(id));
    // What cannot be read may be that of another contract; all are read then.
    if (named.isOk() && named.value !== undefined) add(named.value.value);
  }
  if (used.size < ids.size) {
    const all = await store.loadAll();
    if (all.isErr()) return err(all.error);
    for (const { value } of all.value.found) add(value);
  }
  return ok(Object.fromEntries(used));
}
