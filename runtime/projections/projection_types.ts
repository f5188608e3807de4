/**
 * The types of projections, inferred from a contract: the `projections` of a handlers file.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type { Use } from "../../contracts/define/contract.ts";
import type {
  ContractBody,
  EventDeclaration,
  KvDeclaration,
  ProjectionDeclaration,
  SchemaOf,
} from "../../contracts/define/declaration.ts";
import type { Section, UsesOf } from "../../contracts/define/selected_surface.ts";
import type { EventBodyOf } from "../events/event_types.ts";

/** What a reducer is told of an event beside its body; a copy by `{ ...meta }` lacks what is read from headers. */
export interface ReducedEvent {
  /** When it was prepared for publishing, ISO 8601 in UTC. */
  readonly time: string;
  /** In the stream of all events. */
  readonly sequence: number;
  /** The key whose value is made. */
  readonly key: string;
  /** Its id: a ULID. */
  readonly id: string;
}

/**
 * Makes the value of a key from the one before, which is undefined for a key without a value, and an event;
 * undefined removes the key. It is called again for the same event, in any process and whenever the bucket
 * is made again, so it answers at once, from its arguments alone, and changes nothing.
 */
export type Reducer<T, D extends EventDeclaration> = (
  value: T | undefined,
  event: EventBodyOf<D>,
  meta: ReducedEvent,
) => T | undefined;

type KvOf<B> = Section<Section<B, "resources">, "kv">;

/** Aliases of buckets that are projections. */
export type ProjectedAlias<B> = {
  [Alias in keyof KvOf<B>]: KvOf<B>[Alias] extends { readonly projection: ProjectionDeclaration }
    ? Alias
    : never;
}[keyof KvOf<B>];

/** `{ name: declaration }` of the named events of a contract. */
type EventsOf<B, Names> = Names extends readonly (infer Name extends string)[] ? {
    readonly [N in Extract<Name, keyof Section<B, "events">>]: Section<B, "events">[N];
  }
  : Record<never, never>;

type AllUses<B> = UsesOf<B, "required"> & UsesOf<B, "optional">;
type UsedEvents<U, Names> = U extends Use<infer B> ? EventsOf<B, Names> : Record<never, never>;

type ReducersOf<T, Events> = {
  readonly [Name in keyof Events]: Events[Name] extends EventDeclaration ? Reducer<T, Events[Name]>
    : never;
};

/**
 * The reducers of one projection: of own events by their names, and under `uses` of those of used contracts,
 * by alias and name.
 */
export type Reducers<B, P, T> =
  & ReducersOf<T, EventsOf<B, Section<P, "self">>>
  & ([keyof Section<P, "uses">] extends [never] ? unknown : {
    readonly uses: {
      readonly [Alias in keyof Section<P, "uses"> & keyof AllUses<B>]: ReducersOf<
        T,
        UsedEvents<AllUses<B>[Alias], Section<P, "uses">[Alias]>
      >;
    };
  });

type ReducersFor<B, D> = D extends KvDeclaration
  ? Reducers<B, D["projection"], Static<SchemaOf<D["schema"]>>>
  : never;

/** A reducer for every event of every projection of a contract. */
export type ProjectionHandlers<B extends ContractBody> = {
  readonly [Alias in ProjectedAlias<B>]: ReducersFor<B, KvOf<B>[Alias]>;
};

/** `service.handle.projection.balances({ … })`: takes the reducers, and begins. */
export type ProjectionRegistry<B extends ContractBody> = {
  readonly [Alias in ProjectedAlias<B>]: (reducers: ReducersFor<B, KvOf<B>[Alias]>) => void;
};
