import { isErr } from "../../../contracts/result.ts";
import type { Needs } from "../../../reconcile/needs/need_types.ts";
import type { LookUp, ValueRequest } from "../../command_line/value_type.ts";
import { askServer } from "../../completion/ask_server.ts";

/** A person does not look through more keys than this. */
const MOST_KEYS = 100;

/** Ids of contracts that declare state, for completion. */
export const stateContracts: LookUp = (request) =>
  fromNeeds(
    request,
    ({ contract, state = {} }) => Object.keys(state).length === 0 ? [] : [contract],
  );

/** Names of the state stores of a contract, for completion. */
export const stateStores: LookUp = (request) =>
  fromNeeds(request, ({ contract, state = {} }) => {
    const wanted = request.given.contract;
    return wanted === undefined || wanted === contract ? Object.keys(state) : [];
  });

/** Keys of somebody's entries, for completion. */
export const stateKeys: LookUp = (request) =>
  askServer(request, async (link) => {
    const [{ readStatePlace }, { AdminState }] = await Promise.all([
      import("./state_place.ts"),
      import("./admin_state.ts"),
    ]);
    const { user, device, agent, contract = "", store = "" } = request.given;
    const place = (await readStatePlace({ user, device, agent, contract, store }, link)).take();
    if (isErr(place)) return [];
    const page = await new AdminState(place, link.messaging).call("List", { limit: MOST_KEYS });
    if (page.isErr()) return [];
    const { entries, unreadable = [] } = page.value;
    return [
      ...entries.map((found) => ("migrationRequired" in found ? found.entry : found).key ?? ""),
      ...unreadable.map(({ key }) => key),
    ];
  });

function fromNeeds(
  request: ValueRequest,
  values: (needs: Needs) => readonly string[],
): Promise<readonly string[]> {
  return askServer(request, async ({ authority }) => {
    const records = await authority.list();
    if (records.isErr()) return [];
    return records.value.flatMap(({ desired }) =>
      desired === undefined ? [] : values(desired.needs)
    );
  });
}
