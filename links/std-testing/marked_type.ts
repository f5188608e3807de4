declare const any: unique symbol;

/** Stands for `any`, which would otherwise be assignable to and from everything. */
interface Any {
  readonly [any]: true;
}

/**
 * `T` with every `any` replaced by a type of its own, and with optional properties told apart from undefined ones:
 * two marked types are assignable to each other only if the types are the same.
 * `Seen` holds the types further up, so that recursive types come to an end.
 */
export type Marked<T, Seen = never> = 0 extends (1 & T) ? Any
  : [T] extends [never] ? never
  : [T] extends [Seen] ? T
  : MarkedMember<T, Seen | T>;

type MarkedMember<T, Seen> = T extends (...args: infer A) => infer R
  ? ["function", Marked<A, Seen>, Marked<R, Seen>, MarkedProperties<T, Seen>]
  : T extends readonly unknown[] ? { [K in keyof T]: Marked<T[K], Seen> }
  : T extends object ? MarkedProperties<T, Seen>
  : T;

type MarkedProperties<T, Seen> = {
  [K in keyof T]-?: [
    Record<never, never> extends Pick<T, K> ? "optional" : "required",
    Marked<T[K], Seen>,
  ];
};
