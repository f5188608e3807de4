import { transferStream } from "../../contracts/stored/transfer_names.ts";
import type { Change } from "../changes/change.ts";
import { changePlace } from "../changes/change_place.ts";
import { getOwn } from "../diff/diff_report.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";

/** The files on their way with operations of one kind. */
export interface TransferTarget {
  /** The operation, as it is declared. */
  readonly alias: string;
  /** Its subject. */
  readonly surface: string;
  /** The stream in which they wait. */
  readonly stream: string;
}

/** The files that a change leaves on their way; undefined for other changes. */
export function transferTarget(
  change: Change,
  { deployment, desired }: AuthorityRecord,
): TransferTarget | undefined {
  if (change.code !== "transfer.send.removed") return undefined;
  const { name: surface } = changePlace(change);
  const { name: alias = surface } = getOwn(desired?.needs.surfaces ?? {}, surface) ?? {};
  return { alias, surface, stream: transferStream(deployment) };
}
