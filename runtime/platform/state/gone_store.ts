import type { StateError } from "../../../contracts/errors/state_error.ts";
import { err, type Result } from "../../../contracts/result.ts";
import type { DeclaredStore, StateHolder } from "./state_place.ts";

/** A store that is declared no more, by its name. */
export interface NamedStore {
  readonly holder: StateHolder;
  readonly store: string;
  /** As far as it is known by what is asked for. */
  readonly kind: "value" | "map";
}

/** What is done to a place of a holder. */
export interface PlaceWork<Place, Answer> {
  readonly placeOf: (holder: StateHolder) => Result<Place, StateError>;
  readonly run: (place: Place) => Promise<Result<Answer, unknown>>;
  /** Whether the answer shows that something was in the store. */
  readonly isThere: (answer: Answer) => boolean;
}

/**
 * Does something to a store that may be declared no more: its entries stay, and an admin reaches them by its
 * name. Where there is nothing, the name is probably misspelt, and it is told that nobody declares it.
 */
export async function reachGone<Place, Answer>(
  { holder, store, kind }: NamedStore,
  { placeOf, run, isThere }: PlaceWork<Place, Answer>,
): Promise<Result<Answer, unknown>> {
  const declared = placeOf(holder);
  if (declared.isOk()) return await run(declared.value);
  if (!isUndeclared(declared.error)) return err(declared.error);
  const { contract } = holder;
  const stores = { ...contract.stores, [store]: goneStore(kind) };
  const place = placeOf({ ...holder, contract: { ...contract, stores } });
  if (place.isErr()) return err(place.error);
  const answer = await run(place.value);
  return answer.isOk() && !isThere(answer.value) ? err(declared.error) : answer;
}

function goneStore(kind: string): DeclaredStore {
  return { kind, stateVersion: "", schema: true, acceptedVersions: {}, isGone: true };
}

function isUndeclared({ reason }: StateError): boolean {
  return reason === "store_undeclared" || reason === "no_contract";
}
