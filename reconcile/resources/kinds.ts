/** Where a resource's data is: in a KV bucket, or in a blob store. */
export type ResourceKind = "kv" | "store";

/** Every kind, in the order in which they are reconciled. */
export const RESOURCE_KINDS = ["kv", "store"] as const;

/** Something of each kind. */
export type ByKind<T> = Readonly<Record<ResourceKind, T>>;

/** The key of something of a kind, as `kv/orders`. */
export function resourceKey(kind: ResourceKind, name: string): string {
  return `${kind}/${name}`;
}

/** The kind and alias behind a key, as `kv/orders`; undefined when it is none. */
export function parseResourceKey(
  key: string,
): { readonly kind: ResourceKind; readonly alias: string } | undefined {
  const slash = key.indexOf("/");
  const kind = RESOURCE_KINDS.find((known) => known === key.slice(0, slash));
  return kind === undefined ? undefined : { kind, alias: key.slice(slash + 1) };
}

/** Something for each kind. */
export function byKind<T>(make: (kind: ResourceKind) => T): ByKind<T> {
  return { kv: make("kv"), store: make("store") };
}

/** An alias of a kind and the physical name of its bucket or store. */
export interface Subject {
  readonly kind: ResourceKind;
  readonly alias: string;
  readonly name: string;
}

/** The key of a resource, as `kv/orders`. */
export function resourceOf({ kind, alias }: Pick<Subject, "kind" | "alias">): string {
  return resourceKey(kind, alias);
}
