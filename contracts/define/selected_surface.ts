/**
 * The types of what a contract selects of others under `uses`.
 *
 * @module
 */
import type { SurfaceKind } from "../manifest/sections.ts";
import type { Use } from "./contract.ts";

/** The section of a body, or an empty one. */
export type Section<T, Name extends string> = T extends { readonly [N in Name]: infer Value }
  ? Value
  : Record<never, never>;

/** The uses of a body without which it cannot run, or those that may be absent, by alias. */
export type UsesOf<B, Need extends "required" | "optional"> = Section<Section<B, "uses">, Need>;

/** `{ name, declaration }` of every surface that one use selects for an action. */
export type Selected<U, Kind extends SurfaceKind, Action extends string> = U extends
  Use<infer B, infer S> ? S extends {
    readonly [K in Kind]: { readonly [A in Action]: readonly (infer Name extends string)[] };
  }
    ? Name extends keyof Section<B, Kind>
      ? { readonly name: Name; readonly declaration: Section<B, Kind>[Name] }
    : never
  : never
  : never;

/** The same of all uses of a group. */
export type SelectedBy<Uses, Kind extends SurfaceKind, Action extends string> = {
  [Alias in keyof Uses]: Selected<Uses[Alias], Kind, Action>;
}[keyof Uses];
