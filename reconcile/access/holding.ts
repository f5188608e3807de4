import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { chained, type Link, linkHash, type Place, type Signer } from "../records/chain.ts";
import { type Holder, holderText } from "./holder.ts";

/** What somebody was granted, as it is stored: a link in the chain of their holdings. */
export interface Holding extends Partial<Link> {
  readonly format: "trellis.holding.v1";
  readonly holder: Holder;
  /** Global keys, as `orders-service::orders.refund`; sorted. */
  readonly capabilities: readonly string[];
  /** Names of groups, sorted; a group is given none. */
  readonly groups: readonly string[];
  /** The change that led to this. */
  readonly change: HoldingChange;
}

/** Who changed what, and when. */
export interface HoldingChange {
  readonly at: string;
  readonly by: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What is to be changed of a holding. */
export interface ChangeRequest {
  readonly action: "add" | "remove";
  /** Global keys of capabilities. */
  readonly capabilities: readonly string[];
  readonly groups: readonly string[];
  readonly by: string;
  readonly at: string;
  /** Whose key signs; missing where nobody has one. */
  readonly signer?: Signer | undefined;
}

/** Most capabilities and groups of one holder: the broker keeps a line for each in every session. */
const MOST = 500;

/**
 * What somebody holds after a change; undefined where it changes nothing. Adding what is held already
 * changes nothing; removing what is not held is a mistake, because it may be a slip that leaves somebody with
 * a right. Errors: `grant_not_found`, `grant_invalid`.
 */
export function changeHolding(
  before: Holding | undefined,
  holder: Holder,
  { action, capabilities, groups, by, at, signer }: ChangeRequest,
): Result<Holding | undefined, AuthorityError> {
  const had = { capabilities: before?.capabilities ?? [], groups: before?.groups ?? [] };
  if (holder.kind === "group" && groups.length > 0) return err(groupInGroup(holder));
  const asked = named(capabilities, groups);
  const held = named(had.capabilities, had.groups);
  if (action === "remove") {
    const missing = asked.filter((name) => !held.includes(name));
    if (missing.length > 0) return err(notHeld(holder, missing, held));
  }
  const changed = action === "remove" ? asked : asked.filter((name) => !held.includes(name));
  if (changed.length === 0) return ok(undefined);
  const change = action === "add" ? union : without;
  const after = {
    capabilities: change(had.capabilities, capabilities),
    groups: change(had.groups, groups),
  };
  if (after.capabilities.length + after.groups.length > MOST) return err(tooMany(holder));
  const holding: Holding = {
    format: "trellis.holding.v1",
    holder,
    ...after,
    change: {
      at,
      by,
      added: action === "add" ? changed : [],
      removed: action === "remove" ? changed : [],
    },
  };
  return ok(chained(holding, placeAfter(before), grantChain(holderText(holder)), signer));
}

/** Every capability that somebody holds, by themselves and through groups; sorted. */
export function heldCapabilities(
  own: Holding | undefined,
  groups: readonly (Holding | undefined)[],
): readonly string[] {
  return [own, ...groups].reduce<readonly string[]>(
    (all, holding) => union(all, holding?.capabilities ?? []),
    [],
  );
}

/**
 * The name of the chain of what somebody was granted.
 *
 * @param holder as `user:ada`
 */
export function grantChain(holder: string): string {
  return `grants ${holder}`;
}

/** The hash of a holding; those of earlier versions do not hold it themselves. */
export function holdingHash(holding: Holding): string {
  return holding.hash ?? linkHash(holding);
}

function placeAfter(before: Holding | undefined): Place {
  if (before === undefined) return { seq: 1, previous: "" };
  return { seq: (before.seq ?? 0) + 1, previous: holdingHash(before) };
}

/** How a group is written among capabilities: `group:support`. */
export function groupName(group: string): string {
  return holderText({ kind: "group", id: group });
}

function named(capabilities: readonly string[], groups: readonly string[]): readonly string[] {
  return [...new Set([...capabilities, ...groups.map(groupName)])].sort();
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}

function without(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((item) => !b.includes(item));
}

function notHeld(
  holder: Holder,
  missing: readonly string[],
  held: readonly string[],
): AuthorityError {
  const holds = held.length === 0 ? "nothing" : held.join(", ");
  return new AuthorityError(
    "grant_not_found",
    `${holderText(holder)} was not granted ${missing.join(", ")}; nothing was changed`,
    `it was granted ${holds}; what it holds through a group is taken from the group`,
    { command: ["grants", "list", holderText(holder)] },
  );
}

function groupInGroup(holder: Holder): AuthorityError {
  return new AuthorityError(
    "grant_invalid",
    `${holderText(holder)} cannot be given a group: groups hold capabilities only`,
    "give it the capabilities of that group",
  );
}

function tooMany(holder: Holder): AuthorityError {
  return new AuthorityError(
    "grant_invalid",
    `${holderText(holder)} would hold more than ${MOST} capabilities and groups`,
    "put capabilities that belong together into groups",
  );
}
