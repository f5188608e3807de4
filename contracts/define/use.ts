import type { Contract } from "./contract.ts";
import type { ContractBody } from "./declaration.ts";

/** Finds the contract that a {@link Use} was made from; never part of the manifest. */
export const usedContract: unique symbol = Symbol("trellis.usedContract");

/** What a contract uses of another one, in the manifest's own form. */
export interface UseSelection {
  /** RPCs it calls. */
  readonly rpc?: { readonly call?: readonly string[] };
  /** Operations it starts. */
  readonly operations?: { readonly call?: readonly string[] };
  /** Events it publishes or subscribes to. */
  readonly events?: {
    readonly publish?: readonly string[];
    readonly subscribe?: readonly string[];
  };
  /** Feeds it subscribes to. */
  readonly feeds?: { readonly subscribe?: readonly string[] };
}

/** What may be selected of a contract: the names that it declares. */
export interface SelectionOf<B extends ContractBody> extends UseSelection {
  /** RPCs to call. */
  readonly rpc?: { readonly call?: readonly (keyof B["rpc"] & string)[] };
  /** Operations to start. */
  readonly operations?: { readonly call?: readonly (keyof B["operations"] & string)[] };
  /** Events to publish or subscribe to. */
  readonly events?: {
    readonly publish?: readonly (keyof B["events"] & string)[];
    readonly subscribe?: readonly (keyof B["events"] & string)[];
  };
  /** Feeds to subscribe to. */
  readonly feeds?: { readonly subscribe?: readonly (keyof B["feeds"] & string)[] };
}

/** A dependency on another contract, made by `contract.use({ … })`. */
export type Use<B extends ContractBody = ContractBody, S extends UseSelection = UseSelection> =
  & { readonly contract: string; readonly [usedContract]: Contract<B> }
  & S;
