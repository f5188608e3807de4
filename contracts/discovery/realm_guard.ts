/** What every file finds in its realm, and could change for those after it. */
const INTRINSICS: readonly object[] = [
  Object,
  Array,
  JSON,
  Math,
  Reflect,
  Promise,
  Symbol,
  ...[Object, Array, Function, String, Number, Boolean, Promise, RegExp, Date, Error, Map, Set]
    .map(({ prototype }) => prototype),
  // Digests are computed with these.
  ...[Uint8Array, Uint32Array, DataView].map(({ prototype }) => prototype),
  Object.getPrototypeOf(Uint8Array.prototype),
];

/** Deno adds it itself when the first npm package is loaded. */
const OWN_GLOBAL = "nodeBootstrap";

/**
 * Remembers the realm, and answers whether it is still the same: no new globals, and the built-in
 * objects as they were. Files may share a process only as long as that holds.
 */
export function guardRealm(): () => boolean {
  const { ownKeys, getOwnPropertyDescriptor } = Reflect;
  const globals = new Set(ownKeys(globalThis)).add(OWN_GLOBAL);
  const isKnown = globals.has.bind(globals);
  const known = INTRINSICS.map((object) => ({
    object,
    members: ownKeys(object).map((key) => ({ key, value: valueOf(object, key) })),
  }));

  function valueOf(object: object, key: PropertyKey): unknown {
    const descriptor = getOwnPropertyDescriptor(object, key);
    return descriptor?.get ?? descriptor?.value;
  }

  return () => {
    for (const key of ownKeys(globalThis)) if (!isKnown(key)) return false;
    for (const { object, members } of known) {
      if (ownKeys(object).length !== members.length) return false;
      for (const { key, value } of members) if (valueOf(object, key) !== value) return false;
    }
    return true;
  };
}
