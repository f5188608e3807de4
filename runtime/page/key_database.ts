/** What pages have to keep values in; Deno does not have it. */
interface Database {
  transaction(store: string, mode: "readonly" | "readwrite"): { objectStore(name: string): Store };
  createObjectStore(name: string): unknown;
  close(): void;
}
interface Store {
  get(key: string): Request;
  put(value: unknown, key: string): Request;
  delete(key: string): Request;
}
interface Request {
  readonly result: unknown;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface OpenRequest extends Request {
  readonly result: Database;
  onupgradeneeded: (() => void) | null;
}
declare const indexedDB: { open(name: string, version: number): OpenRequest };

const NAME = "trellis";
const STORE = "keys";

/** What is kept under a name, for all pages of this origin in this browser; undefined where nothing is. */
export function readKept(name: string): Promise<unknown> {
  return withStore("readonly", (store) => store.get(name));
}

/** Keeps a value, also one that cannot be read out: the private half of a key. */
export async function keep(name: string, value: unknown): Promise<void> {
  await withStore("readwrite", (store) => store.put(value, name));
}

/** Keeps nothing under a name any more. */
export async function forgetKept(name: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(name));
}

async function withStore(
  mode: "readonly" | "readwrite",
  ask: (store: Store) => Request,
): Promise<unknown> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  await done(opening);
  const database = opening.result;
  try {
    return await done(ask(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function done(request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps nothing"));
  });
}
