import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { holderText } from "../../../../reconcile/access/holder.ts";
import { groupName, type Holding } from "../../../../reconcile/access/holding.ts";
import { openAccess } from "../../../../reconcile/nats/open_access.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import { userNames } from "../../../program/named_users.ts";
import { namedText, type UserNames } from "../../../program/person_text.ts";
import type { Visitor } from "../../visitor.ts";
import { type Catalogue, readCatalogue } from "./read_held.ts";

/** Who holds what. */
export interface AllGrants {
  /** Groups first, then by holder. */
  readonly holdings: readonly Holding[];
  readonly names: UserNames;
  readonly catalogue: Catalogue;
}

/** Finds what was granted, by a part of who holds it or of what it is; all by nothing. */
export async function readGrants(
  visitor: Visitor,
  query: string,
): Promise<Result<AllGrants, AuthorityError>> {
  const { messaging: { connection }, authority } = visitor;
  const access = (await openAccess(connection, authority)).take();
  if (isErr(access)) return access;
  const all = (await access.list()).take();
  if (isErr(all)) return all;
  const names = (await userNames(connection)).take();
  if (isErr(names)) return names;
  const catalogue = (await readCatalogue(visitor)).take();
  if (isErr(catalogue)) return catalogue;
  const wanted = query.trim().toLowerCase();
  const found = all.filter(({ holder, capabilities, groups }) =>
    [
      namedText(holder, names),
      holderText(holder),
      ...capabilities,
      ...capabilities.map((key) => catalogue.get(key)?.displayName ?? ""),
      ...groups.map(groupName),
    ].some((text) => text.toLowerCase().includes(wanted))
  );
  const isGroup = ({ holder }: Holding) => holder.kind === "group";
  const holdings = found.toSorted((a, b) => Number(isGroup(b)) - Number(isGroup(a)));
  return ok({ holdings, names, catalogue });
}
