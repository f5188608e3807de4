/**
 * The types of `client.state`, inferred from a contract.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  SchemaOf,
  StateDeclaration,
} from "../../contracts/define/declaration.ts";
import type { Section } from "../../contracts/define/selected_surface.ts";
import type { MapStore } from "./map_store.ts";
import type { ValueStore } from "./value_store.ts";

/** The stores that a contract declares, by name; none when it declares no state. */
export type StateClient<B extends ContractBody> = Section<B, "state"> extends infer State
  // Resolved here, so that the editor shows the stores and not the whole contract.
  ? { readonly [Name in keyof State]: StoreOf<State[Name]> }
  : never;

/** The store of a declaration; of one that does not compile, something that takes both kinds of calls. */
type StoreOf<D> = D extends StateDeclaration
  ? D["kind"] extends "value" ? ValueStore<ValueOf<D>, OldValues<D>>
  : D["kind"] extends "map" ? MapStore<ValueOf<D>, OldValues<D>>
  : ValueStore<ValueOf<D>, OldValues<D>> & MapStore<ValueOf<D>, OldValues<D>>
  : never;

type ValueOf<D extends StateDeclaration> = Static<SchemaOf<D["schema"]>>;

/** The type of a value by each older version that is accepted. */
type OldValues<D> = Section<D, "acceptedVersions"> extends infer Versions
  ? { readonly [Version in keyof Versions]: Static<SchemaOf<Versions[Version]>> }
  : never;
