import type { Principal } from "../../../../contracts/identity/caller.ts";
import type { Schema } from "../../../../contracts/schema/schema_parts.ts";
import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../../reconcile/records/authority_record.ts";
import { AdminState } from "../../../commands/state/admin_state.ts";
import { readStatePlace } from "../../../commands/state/state_place.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { userNames } from "../../../program/named_users.ts";
import type { Visitor } from "../../visitor.ts";

/** A store of state, before it is said whose. */
export interface StateStore {
  readonly contract: string;
  readonly store: string;
  /** One value for each holder, or a map of them. */
  readonly isMap: boolean;
  /** Who keeps something there. */
  readonly holders: Extract<Principal["kind"], "user" | "device" | "agent">;
}

/** Who keeps state by contracts of a kind; services keep none. */
const HOLDERS: Readonly<Record<string, StateStore["holders"]>> = {
  app: "user",
  device: "device",
  agent: "agent",
};

/** Finds a store by its contract and name. */
export async function findStore(
  contract: string,
  store: string,
  { authority }: Pick<Visitor, "authority">,
): Promise<Result<StateStore, ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const found = storeIn(records, contract, store);
  if (found !== undefined) return ok(found);
  const message = `no accepted contract ${contract} declares the state store ${store}`;
  return err({ code: "store_undeclared", message });
}

function storeIn(
  records: readonly AuthorityRecord[],
  contract: string,
  store: string,
): StateStore | undefined {
  for (const { desired } of records) {
    if (desired?.needs.contract !== contract) continue;
    const { state = {}, kind } = desired.needs;
    const need = Object.hasOwn(state, store) ? state[store] : undefined;
    const holders = HOLDERS[kind];
    if (need === undefined || holders === undefined) continue;
    return { contract, store, isMap: need.kind === "map", holders };
  }
  return undefined;
}

/** What somebody keeps in a store. */
export async function openState(
  { contract, store, holders }: StateStore,
  holder: string,
  visitor: Pick<Visitor, "authority" | "messaging">,
): Promise<Result<AdminState, ExplainedError>> {
  const names = { contract, store, user: undefined, device: undefined, agent: undefined };
  return (await readStatePlace({ ...names, [holders]: holder }, visitor))
    .map((place) => new AdminState(place, visitor.messaging));
}

/** The schema of a version, as far as the accepted contract has it. */
export function schemaOf({ place: { need } }: AdminState, version?: string): Schema {
  if (need === undefined) return true;
  if (version === undefined || version === need.stateVersion) return need.schema;
  const { acceptedVersions } = need;
  return Object.hasOwn(acceptedVersions, version) ? acceptedVersions[version] ?? true : true;
}

/** Names that can be offered are no more than a person looks through. */
const MOST_NAMES = 200;

/** Names of users to choose from; of devices and agents people know the ids. */
export async function knownHolders(
  { holders }: StateStore,
  { messaging }: Pick<Visitor, "messaging">,
): Promise<readonly string[]> {
  if (holders !== "user") return [];
  const names = await userNames(messaging.connection);
  return names.isOk() ? [...names.value.values()].sort().slice(0, MOST_NAMES) : [];
}
