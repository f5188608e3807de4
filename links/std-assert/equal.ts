type Seen = Map<object, Set<object>>;

/**
 * Deep equality as the assertions use it. `NaN` equals itself and `0` equals `-0`; a property that is `undefined`
 * differs from one that is absent; objects of different classes differ; sets and maps are compared without order.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (
    typeof a !== "object" || typeof b !== "object" || a === null || b === null
  ) return false;
  if (!sameClass(a, b)) return false;
  // A pair that is being compared further up is a cycle: it is equal as far as this branch can tell.
  const partners = seen.get(a) ?? new Set<object>();
  if (partners.has(b)) return true;
  seen.set(a, partners.add(b));
  const result = compareObjects(a, b, seen);
  // Without this, a guess made inside a failed comparison would outlive it.
  partners.delete(b);
  return result;
}

function compareObjects(a: object, b: object, seen: Seen): boolean {
  if (a instanceof WeakMap || a instanceof WeakSet || a instanceof Promise) {
    return false;
  }
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return compare(a.deref(), b.deref(), seen);
  }
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (isBoxed(a) && isBoxed(b)) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameBytes(new Uint8Array(a), new Uint8Array(b));
  }
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return sameBytes(bytesOf(a), bytesOf(b));
  }
  if (a instanceof Error && b instanceof Error) {
    const same = a.name === b.name && a.message === b.message &&
      compare(a.cause, b.cause, seen);
    if (!same) return false;
  }
  if (
    a instanceof Set && b instanceof Set && !sameMembers([...a], [...b], seen)
  ) return false;
  if (
    a instanceof Map && b instanceof Map && !sameEntries(a, b, seen)
  ) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) {
    return false;
  }
  return sameProperties(a, b, seen);
}

function sameClass(a: object, b: object): boolean {
  const classOf = (value: object) => Object.getPrototypeOf(value) ?? Object.prototype;
  return classOf(a) === classOf(b);
}

function isBoxed(value: object): boolean {
  return value instanceof String || value instanceof Number ||
    value instanceof Boolean;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // Large ones are compared often: a function for each byte would take many times as long.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function sameMembers(a: unknown[], b: unknown[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  const left = new Set(b);
  return a.every((member) => {
    // The member itself is the usual match, and saves looking at all the others.
    if (left.delete(member)) return true;
    for (const candidate of left) {
      if (compare(member, candidate, seen)) return left.delete(candidate);
    }
    return false;
  });
}

function sameEntries(a: Map<unknown, unknown>, b: Map<unknown, unknown>, seen: Seen): boolean {
  if (a.size !== b.size) return false;
  const left = new Map(b);
  return [...a].every(([key, value]) => {
    if (left.has(key) && compare(value, left.get(key), seen)) return left.delete(key);
    for (const [otherKey, otherValue] of left) {
      if (compare(key, otherKey, seen) && compare(value, otherValue, seen)) {
        return left.delete(otherKey);
      }
    }
    return false;
  });
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  const keys = enumerableKeys(a);
  return keys.length === enumerableKeys(b).length &&
    keys.every((key) =>
      Object.hasOwn(b, key) &&
      compare(Reflect.get(a, key), Reflect.get(b, key), seen)
    );
}

function enumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}
