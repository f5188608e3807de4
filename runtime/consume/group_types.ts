/**
 * The types of consuming events, inferred from a contract: the `events` of a handlers file.
 *
 * @module
 */
import type { Use } from "../../contracts/define/contract.ts";
import type { ContractBody, EventDeclaration } from "../../contracts/define/declaration.ts";
import type { Section, UsesOf } from "../../contracts/define/selected_surface.ts";
import type { JoinedName } from "../../contracts/manifest/surface_path.ts";
import type { Result } from "../../contracts/result.ts";
import type { HandlerClient } from "../client/client_types.ts";
import type { EventBodyOf } from "../events/event_types.ts";
import type { EventContext } from "./event_context.ts";

/** What the handler of an event receives. */
export interface EventArguments<B extends ContractBody, D extends EventDeclaration, Deps> {
  /** The body, validated. */
  readonly event: EventBodyOf<D>;
  /** The resources and calls that the contract declares; what they do carries on the event's trace and cause. */
  readonly client: HandlerClient<B>;
  /** Which event it is, how often it was tried, and how to stop in time. */
  readonly context: EventContext;
  /** The application's own dependencies. */
  readonly deps: Deps;
}

/**
 * Handles one event: `ok()`, or an error, and it is tried again as the group declares. `RetryLater` and `GiveUp`
 * are errors that say more.
 */
export type EventHandler<B extends ContractBody, D extends EventDeclaration, Deps> = (
  received: EventArguments<B, D, Deps>,
) => Result<unknown, unknown> | PromiseLike<Result<unknown, unknown>>;

type GroupsOf<B> = Section<B, "eventConsumers">;

/** `{ name, declaration }` of the own events that a group consumes. */
type OwnEvents<B, G> = G extends { readonly self: readonly (infer Name extends string)[] }
  ? Name extends keyof Section<B, "events">
    ? { readonly name: Name; readonly declaration: Section<B, "events">[Name] }
  : never
  : never;

/** The same of one used contract. */
type UsedEvents<U, Names> = U extends Use<infer B>
  ? Names extends readonly (infer Name extends string)[]
    ? Name extends keyof Section<B, "events">
      ? { readonly name: Name; readonly declaration: Section<B, "events">[Name] }
    : never
  : never
  : never;

type AllUses<B> = UsesOf<B, "required"> & UsesOf<B, "optional">;
type UsedAliases<B, G> = keyof Section<G, "uses"> & keyof AllUses<B>;

/** `make` of each declaration, by event name. */
type HandlersOf<B extends ContractBody, Entries, Deps> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends EventDeclaration } ? EventHandler<B, D, Deps> : never;
};

/** The handlers of one group: of own events, and of those of used contracts by their aliases. */
export type GroupHandlers<B extends ContractBody, G, Deps> =
  & ([OwnEvents<B, G>] extends [never] ? { readonly self?: Record<never, never> }
    : { readonly self: HandlersOf<B, OwnEvents<B, G>, Deps> })
  & ([UsedAliases<B, G>] extends [never] ? { readonly uses?: Record<never, never> } : {
    readonly uses: {
      readonly [Alias in UsedAliases<B, G>]: HandlersOf<
        B,
        UsedEvents<AllUses<B>[Alias], Section<G, "uses">[Alias]>,
        Deps
      >;
    };
  });

/** A handler for every event of every group of a contract. */
export type EventHandlers<B extends ContractBody, Deps> = {
  readonly [Group in keyof GroupsOf<B>]: GroupHandlers<B, GroupsOf<B>[Group], Deps>;
};

/** Functions that register the handlers, `"Order.Placed"` as `orderPlaced`. */
type Registers<Handlers> = {
  readonly [Name in keyof Handlers & string as JoinedName<Name>]: (handler: Handlers[Name]) => void;
};

/** `service.handle.event`: by group, then `self` or `uses` and an alias. */
export type EventRegistry<B extends ContractBody, Deps> = {
  readonly [Group in keyof GroupsOf<B>]: {
    readonly self: Registers<HandlersOf<B, OwnEvents<B, GroupsOf<B>[Group]>, Deps>>;
    readonly uses: {
      readonly [Alias in UsedAliases<B, GroupsOf<B>[Group]>]: Registers<
        HandlersOf<
          B,
          UsedEvents<AllUses<B>[Alias], Section<GroupsOf<B>[Group], "uses">[Alias]>,
          Deps
        >
      >;
    };
  };
};
