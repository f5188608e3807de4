/**
 * The path of a dotted surface name on a typed client, at run time and at the type level:
 * `"Orders.Create"` -> `orders.create`, `"Documents.Files.Upload"` -> `documents.filesUpload`,
 * `"Ping"` -> `ping`.
 *
 * @module
 */

type JoinCapitalized<S extends string> = S extends `${infer Head}.${infer Tail}`
  ? `${Capitalize<Head>}${JoinCapitalized<Tail>}`
  : Capitalize<S>;

/** `"Orders.Create"` -> `"orders"`; undotted names have no group. */
export type SurfaceGroup<Name extends string> = Name extends `${infer Group}.${string}`
  ? Uncapitalize<Group>
  : never;

/** `"Documents.Files.Upload"` -> `"filesUpload"`, `"Ping"` -> `"ping"`. */
export type SurfaceLeaf<Name extends string> = Name extends `${string}.${infer Rest}`
  ? Uncapitalize<JoinCapitalized<Rest>>
  : Uncapitalize<Name>;

/** `"Order.Placed"` -> `"orderPlaced"`: the whole name as one. */
export type JoinedName<Name extends string> = Uncapitalize<JoinCapitalized<Name>>;

/** The same at run time. */
export function joinedName(name: string): string {
  return uncapitalize(name.split(".").map(capitalize).join(""));
}

/** Turns a map keyed by dotted names into the nested map of a client. */
export type BySurfacePath<M> =
  & {
    readonly [
      Name in keyof M & string as Name extends `${string}.${string}` ? never
        : Uncapitalize<Name>
    ]: M[Name];
  }
  & {
    readonly [Group in SurfaceGroup<keyof M & string>]: {
      readonly [
        Name in keyof M & string as Name extends `${string}.${string}`
          ? SurfaceGroup<Name> extends Group ? SurfaceLeaf<Name> : never
          : never
      ]: M[Name];
    };
  };

/** The path of a surface name: one element for an undotted name, else group and leaf. */
export function surfacePath(name: string): readonly [leaf: string] | readonly [string, string] {
  const [head = "", ...rest] = name.split(".");
  if (rest.length === 0) return [uncapitalize(head)];
  return [uncapitalize(head), uncapitalize(rest.map(capitalize).join(""))];
}

/** A surface by its dotted name, and whether it is there at a moment; missing: always. */
export type SurfaceEntry<V> = readonly [name: string, value: V, isThere?: () => boolean];

/** Builds the nested map of a client from entries by dotted names. */
export function bySurfacePath<V>(entries: Iterable<SurfaceEntry<V>>): object {
  const root: Record<string, object> = Object.create(null);
  for (const [name, value, isThere] of entries) {
    const [group, leaf] = surfacePath(name);
    if (leaf === undefined) defineMember(root, group, value, isThere);
    else defineMember(root[group] ??= {}, leaf, value, isThere);
  }
  return root;
}

/** Defines a member that is undefined while it is not there. */
export function defineMember<V>(
  target: object,
  name: string,
  value: V,
  isThere?: () => boolean,
): void {
  const member = isThere === undefined ? { value } : { get: () => isThere() ? value : undefined };
  Object.defineProperty(target, name, { ...member, enumerable: true, configurable: true });
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function uncapitalize(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
