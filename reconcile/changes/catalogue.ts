/**
 * What is known of each coded change: whether it is safe, why, what can go wrong, and what to do.
 * It is the one place that decides about severity; `trellis explain` and plans show it.
 *
 * @module
 */
import { contractEntries } from "./catalogue_contract.ts";
import { kvEntries } from "./catalogue_kv.ts";
import { outputEntries } from "./catalogue_output.ts";
import { schemaEntries } from "./catalogue_schema.ts";
import { stateEntries } from "./catalogue_state.ts";
import { storeEntries } from "./catalogue_store.ts";
import { surfaceEntries } from "./catalogue_surface.ts";
import { transferEntries } from "./catalogue_transfer.ts";
import { workEntries } from "./catalogue_work.ts";
import type { ChangeCode } from "./change_code.ts";
import type { ChangeEntry, Entries } from "./catalogue_entry.ts";

/** Every code with its entry; a code without one does not compile. */
export const changeCatalogue: Entries<ChangeCode> = {
  ...contractEntries,
  ...surfaceEntries,
  ...transferEntries,
  ...kvEntries,
  ...storeEntries,
  ...stateEntries,
  ...workEntries,
  ...schemaEntries,
  ...outputEntries,
};

/** Every code, by topic. */
// The catalogue has exactly the codes as its keys, which is what its type says.
export const changeCodes: readonly ChangeCode[] = Object.keys(changeCatalogue) as ChangeCode[];

/** Whether a text is a code of this version; stored plans may hold others. */
export function isChangeCode(text: string): text is ChangeCode {
  return Object.hasOwn(changeCatalogue, text);
}

/** The entry of a code; undefined for one that this version does not know. */
export function changeEntry(code: string): ChangeEntry | undefined {
  return isChangeCode(code) ? changeCatalogue[code] : undefined;
}
