import { sdk as auth } from "../../../../contracts/platform/auth_sdk.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { type Holder, holderText } from "../../../../reconcile/access/holder.ts";
import { groupName, type HoldingChange } from "../../../../reconcile/access/holding.ts";
import type { CapabilityNeed } from "../../../../reconcile/needs/need_types.ts";
import { openAccess } from "../../../../reconcile/nats/open_access.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import type { Visitor } from "../../visitor.ts";

/** Capabilities that accepted contracts declare, by global key. */
export type Catalogue = ReadonlyMap<string, CapabilityNeed>;

/** A capability that somebody holds. */
export interface HeldCapability {
  readonly key: string;
  /** What its contract says of it; undefined where no accepted contract declares it. */
  readonly declared: CapabilityNeed | undefined;
  /** Whether it was granted to them, and not only to a group of theirs. */
  readonly isOwn: boolean;
  /** Names of groups through which they hold it. */
  readonly groups: readonly string[];
}

/** What somebody holds. */
export interface Held {
  readonly holder: Holder;
  readonly capabilities: readonly HeldCapability[];
  /** Groups that they were given, as `group:support`. */
  readonly groups: readonly string[];
  /** Who was given the group; empty for everybody else. */
  readonly members: readonly Holder[];
  readonly catalogue: Catalogue;
  /** Groups that can be given. */
  readonly offeredGroups: readonly string[];
  /** What was given and taken, the newest first. */
  readonly changes: readonly HoldingChange[];
}

/** Reads what somebody holds, by themselves and through groups. */
export async function readHeld(
  holder: Holder,
  visitor: Visitor,
): Promise<Result<Held, AuthorityError>> {
  const { messaging: { connection }, authority } = visitor;
  const access = (await openAccess(connection, authority)).take();
  if (isErr(access)) return access;
  const all = (await access.list()).take();
  if (isErr(all)) return all;
  const history = (await access.store.history(holder)).take();
  if (isErr(history)) return history;
  const catalogue = (await readCatalogue(visitor)).take();
  if (isErr(catalogue)) return catalogue;
  const own = all.find((holding) => holderText(holding.holder) === holderText(holder));
  const groups = own?.groups ?? [];
  const ofGroup = (id: string) =>
    all.find((holding) => holding.holder.kind === "group" && holding.holder.id === id);
  const keys = [
    ...(own?.capabilities ?? []),
    ...groups.flatMap((id) => ofGroup(id)?.capabilities ?? []),
  ];
  return ok({
    holder,
    capabilities: [...new Set(keys)].sort().map((key) => ({
      key,
      declared: catalogue.get(key),
      isOwn: own?.capabilities.includes(key) ?? false,
      groups: groups.filter((id) => ofGroup(id)?.capabilities.includes(key)),
    })),
    groups: groups.map(groupName),
    members: holder.kind === "group"
      ? all.filter((holding) => holding.groups.includes(holder.id)).map(({ holder }) => holder)
      : [],
    catalogue,
    offeredGroups: holder.kind === "group"
      ? []
      : all.filter(({ holder }) => holder.kind === "group" && !groups.includes(holder.id))
        .map(({ holder }) => holderText(holder)),
    changes: history.map(({ change }) => change).toReversed(),
  });
}

/** Reads which capabilities there are. */
export async function readCatalogue(
  { authority }: Visitor,
): Promise<Result<Catalogue, AuthorityError>> {
  return (await authority.list()).map((records) => {
    const declared = [auth.manifest, ...records.flatMap(({ desired }) => desired?.needs ?? [])]
      .flatMap(({ capabilities = {} }) => Object.entries(capabilities));
    return new Map(declared.sort(([a], [b]) => a < b ? -1 : 1));
  });
}
