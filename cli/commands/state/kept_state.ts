import type { StateTarget } from "../../../contracts/platform/models/index.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StateNeed } from "../../../reconcile/needs/need_types.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import { commandText } from "../../program/command_text.ts";
import type { Connected } from "../../program/connect_command.ts";
import { counted } from "../../view/session_view.ts";
import { AdminState } from "./admin_state.ts";
import type { HolderTarget } from "./state_place.ts";

/** A store in which somebody keeps something. */
export interface KeptState {
  readonly contract: string;
  readonly store: string;
  readonly kind: StateNeed["kind"];
  readonly entries: number;
}

/** Of which kind the contracts are whose state is kept for a holder. */
const KIND_OF = { userApp: "app", deviceApp: "device", agentApp: "agent" } as const;

/** What apps, or a device or an agent, keep of one holder: the stores that hold something. */
export async function keptState(
  holder: HolderTarget,
  { authority, messaging }: Pick<Connected, "authority" | "messaging">,
): Promise<Result<readonly KeptState[], ExplainedError>> {
  const records = (await authority.list()).take();
  if (isErr(records)) return records;
  const kept: KeptState[] = [];
  for (const { desired } of records) {
    if (desired?.needs.kind !== KIND_OF[holder.scope]) continue;
    const { contract, state = {} } = desired.needs;
    for (const [store, need] of Object.entries(state)) {
      const target: StateTarget = { ...holder, contract };
      const entries = (await countOf(store, need, target, messaging)).take();
      if (isErr(entries)) return entries;
      if (entries > 0) kept.push({ contract, store, kind: need.kind, entries });
    }
  }
  return ok(kept);
}

async function countOf(
  store: string,
  need: StateNeed,
  target: StateTarget,
  messaging: Connected["messaging"],
): Promise<Result<number, ExplainedError>> {
  const state = new AdminState({
    target,
    store,
    need,
    undeclared: undefined,
    holder: "",
    isLeft: false,
  }, messaging);
  if (need.kind === "map") {
    return (await state.call("List", { limit: 0, offset: 0 })).map(({ count }) => count);
  }
  const found = (await state.call("Get")).take();
  if (!isErr(found)) return ok("found" in found && !found.found ? 0 : 1);
  // What nobody can read is there.
  const isUnreadable = found.error.code === "corrupt_value" ||
    found.error.code === "invalid_value" ||
    found.error.code === "version_unknown" || found.error.code === "unstamped";
  return isUnreadable ? ok(1) : found;
}

/** `3 entries in drafts of notes@v1`. */
export function keptText({ contract, store, entries }: KeptState): string {
  const what = entries === 1 ? counted(1, "entry") : `${entries} entries`;
  return `${what} in ${store} of ${contract}`;
}

/** What deletes what a user keeps in a store, or shows what there is to delete: a command, and what it does. */
export function deletionOf(
  { contract, store, kind }: KeptState,
  userId: string,
): readonly [command: string, does: string] {
  const place = ["--user", userId, "--contract", contract, "--store", store];
  return kind === "value"
    ? [commandText(["state", "rm", ...place]), "deletes it"]
    : [commandText(["state", "ls", ...place]), "lists them, state rm deletes one"];
}
