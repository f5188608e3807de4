import type { ContractBody, usedContract } from "./declaration.ts";
import type { ErrorClass } from "../errors/trellis_error.ts";
import type { ContractKind, ContractManifest } from "../manifest/manifest.ts";
import type { SurfaceKind, UseAction, UseSelection } from "../manifest/sections.ts";

/**
 * A defined contract: its manifest for every other tool and language, and its types for the code
 * that serves or calls it. Made by `defineServiceContract` and the other define functions.
 */
export interface Contract<B extends ContractBody = ContractBody> {
  /** `name@vN`. */
  readonly id: B["id"];
  /** Service, app, agent or device. */
  readonly kind: ContractKind;
  /** The canonical manifest: plain JSON, frozen. */
  readonly manifest: ContractManifest;
  /** SHA-256 of the manifest's semantic projection, base64url; computed at first use. */
  readonly digest: string;
  /** Declared error classes by wire type. */
  readonly errors: ReadonlyMap<string, ErrorClass>;
  /** Contracts behind `uses`, by alias. */
  readonly used: ReadonlyMap<string, UsedContract>;
  /** Selects what another contract uses of this one. */
  use<const S extends SelectionOf<B>>(selection: S): Use<B, S>;
  /** Carries the body's type; undefined at run time. */
  readonly body?: B;
}

/** One entry of `uses`. */
export interface UsedContract {
  /** The contract object behind it. */
  readonly contract: Contract;
  /** Whether this contract cannot run without it. */
  readonly required: boolean;
  /** What is used of it. */
  readonly selection: UseSelection;
}

/** What may be selected of a contract: the names that it declares. */
export type SelectionOf<B extends ContractBody> = {
  readonly [Kind in SurfaceKind]?: {
    readonly [Action in UseAction<Kind>]?: readonly (keyof B[Kind] & string)[];
  };
};

/** A dependency on another contract, made by `contract.use({ … })`. */
export type Use<B extends ContractBody = ContractBody, S extends UseSelection = UseSelection> =
  & { readonly contract: string; readonly [usedContract]: Contract<B> }
  & S;

/** The body type of a contract. */
export type BodyOf<C extends Contract> = C extends Contract<infer B extends ContractBody> ? B
  : never;
