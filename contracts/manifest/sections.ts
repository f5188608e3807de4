/**
 * The sections of a contract that hold declarations by name: one list for everything that walks them.
 * What a declaration may hold is in `manifest_schema.ts`.
 *
 * @module
 */

/** What is known of each section, in the order in which sections are read. */
export const SECTIONS = {
  rpc: { owner: "service", noun: "rpc", actions: ["call"], uses: ["call"] },
  operations: {
    owner: "service",
    noun: "operation",
    actions: ["call", "observe", "cancel", "control"],
    uses: ["call"],
  },
  events: {
    owner: "service",
    noun: "event",
    actions: ["publish", "subscribe"],
    uses: ["publish", "subscribe"],
  },
  feeds: { owner: "service", noun: "feed", actions: ["subscribe"], uses: ["subscribe"] },
  eventConsumers: { owner: "service", noun: "event consumer" },
  jobs: { owner: "service", noun: "job queue" },
  state: { owner: "client", noun: "state store" },
  resources: { owner: "service", noun: "resource" },
} as const;

/** A section of a contract. */
export type Section = keyof typeof SECTIONS;

/** A section of surfaces: what others call, subscribe to, or publish. First token of its subjects. */
export type SurfaceKind = "rpc" | "operations" | "events" | "feeds";

/** Actions that a capability can be required for, by kind of surface. */
export type SurfaceAction<Kind extends SurfaceKind> = (typeof SECTIONS)[Kind]["actions"][number];

/** Actions that another contract can select under `uses`, by kind of surface. */
export type UseAction<Kind extends SurfaceKind> = (typeof SECTIONS)[Kind]["uses"][number];

/** What is selected of another contract: names of its surfaces, by kind and action. */
export type UseSelection = {
  readonly [Kind in SurfaceKind]?: {
    readonly [Action in UseAction<Kind>]?: readonly string[];
  };
};

/** The names of all sections. */
export const SECTION_NAMES: readonly Section[] = Object.keys(SECTIONS) as Section[];

/** The kinds of surface. */
export const SURFACE_KINDS: readonly SurfaceKind[] = SECTION_NAMES.filter(isSurfaceKind);

/** True for a section whose declarations are surfaces. */
export function isSurfaceKind(section: string): section is SurfaceKind {
  return Object.hasOwn(SECTIONS, section) && "actions" in SECTIONS[section as Section];
}
