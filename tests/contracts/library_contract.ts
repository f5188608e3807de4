import { Type } from "@sinclair/typebox";
import { defineAppContract, defineServiceContract } from "../../contracts/define/define.ts";
import { defineError } from "../../contracts/errors/define_error.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";

/** An error with a field of its own. */
export const NotFoundError = defineError({
  type: "NotFoundError",
  fields: { isbn: Type.String() },
  message: ({ isbn }) => `there is no book ${isbn}`,
});

/** A contract that something can use. */
export const clock = defineServiceContract(
  { schemas: { Empty: Type.Object({}), Tick: Type.Object({ at: Type.Number() }) } },
  (ref) => ({
    id: "clock@v1",
    displayName: "Clock",
    description: "Tells the time.",
    rpc: {
      "Clock.Read": { version: "v1", input: ref.schema("Empty"), output: ref.schema("Tick") },
    },
    events: { "Clock.Ticked": { version: "v1", event: ref.schema("Tick") } },
  }),
);

/** A service contract with every section that there is. */
export const library = defineServiceContract(
  {
    schemas: {
      Book: Type.Object({
        isbn: Type.String({ pattern: "^[0-9]+$" }),
        author: Type.Object({ name: Type.String() }),
        tags: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
      }),
      FindBook: Type.Object({ isbn: Type.String() }),
      Progress: Type.Object({ done: Type.Integer({ minimum: 0 }) }),
      Note: Type.String({ maxLength: 100 }),
      Unreached: Type.Object({ lost: Type.Boolean() }),
    },
    errors: { NotFoundError },
  },
  (ref) => ({
    id: "library-service@v2",
    displayName: "Library",
    description: "Lends books.",
    docs: { summary: "Books.", markdown: "# Books" },
    capabilities: {
      "books.read": { displayName: "Read", description: "Look at books.", consequence: "None." },
      "books.write": { displayName: "Write", description: "Change books." },
    },
    exports: { schemas: [ref.schema("Book")] },
    uses: {
      required: { clock: clock.use({ rpc: { call: ["Clock.Read"] } }) },
      optional: { ticks: clock.use({ events: { subscribe: ["Clock.Ticked"] } }) },
    },
    rpc: {
      "Books.Find": {
        version: "v1",
        docs: { markdown: "Finds one book." },
        input: ref.schema("FindBook"),
        output: ref.schema("Book"),
        errors: [ref.error("NotFoundError")],
        capabilities: { call: ["books.read", "staff"] },
      },
    },
    operations: {
      "Books.Import": {
        version: "v1",
        input: ref.schema("FindBook"),
        progress: ref.schema("Progress"),
        output: ref.schema("Book"),
        errors: [ref.error("NotFoundError")],
        signals: { note: { input: ref.schema("Note"), docs: { markdown: "A remark." } } },
        cancel: true,
        capabilities: { call: ["books.write"], cancel: ["books.write"] },
      },
    },
    events: {
      "Books.Lent": {
        version: "v1",
        params: ["/isbn", "/author/name"],
        event: ref.schema("Book"),
        capabilities: { publish: ["books.write"], subscribe: ["books.read"] },
      },
    },
    feeds: {
      "Books.Live": {
        version: "v1",
        input: ref.schema("FindBook"),
        event: ref.schema("Book"),
        capabilities: { subscribe: ["books.read"] },
      },
    },
    eventConsumers: {
      lending: {
        self: ["Books.Lent"],
        uses: { ticks: ["Clock.Ticked"] },
        replay: "all",
        concurrency: 4,
        ackWaitMs: 30_000,
        maxDeliver: 5,
        backoffMs: [100, 1000],
      },
    },
    jobs: {
      reindex: {
        payload: ref.schema("FindBook"),
        result: ref.schema("Progress"),
        concurrency: 2,
        defaultDeadlineMs: 60_000,
        dlq: true,
      },
    },
    resources: {
      kv: {
        books: {
          purpose: "Keep books",
          schema: ref.schema("Book"),
          required: true,
          history: 3,
          ttlMs: 0,
          maxValueBytes: 4096,
          docs: { markdown: "By ISBN." },
        },
      },
      store: {
        covers: {
          purpose: "Keep cover pictures",
          required: false,
          ttlMs: 86_400_000,
          maxTotalBytes: 1024 * 1024,
          maxObjectBytes: 1024,
        },
      },
    },
  }),
);

/** An app contract with state of both kinds. */
export const reader = defineAppContract(
  {
    schemas: {
      ShelfV1: Type.Object({ isbns: Type.Array(Type.String()) }),
      Shelf: Type.Object({ isbns: Type.Array(Type.String()), name: Type.String() }),
      Mark: Type.Object({ page: Type.Integer() }),
    },
  },
  (ref) => ({
    id: "reader@v1",
    displayName: "Reader",
    description: "Reads books.",
    uses: { required: { library: library.use({ rpc: { call: ["Books.Find"] } }) } },
    state: {
      shelf: {
        kind: "value",
        schema: ref.schema("Shelf"),
        stateVersion: "shelf.v2",
        acceptedVersions: { "shelf.v1": ref.schema("ShelfV1") },
        docs: { markdown: "What to read next." },
      },
      marks: { kind: "map", schema: ref.schema("Mark") },
    },
  }),
);

/** A copy with one member replaced, removed (undefined) or added; the path is made as needed. */
export function withMember(
  manifest: ContractManifest,
  path: readonly (string | number)[],
  value: unknown,
): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(manifest));
  let place: object = copy as object;
  for (const token of path.slice(0, -1)) {
    const next: unknown = Reflect.get(place, token);
    if (typeof next !== "object" || next === null) {
      const made = {};
      Reflect.set(place, token, made);
      place = made;
    } else place = next;
  }
  const last = path.at(-1);
  if (last === undefined) return value;
  if (value === undefined && Array.isArray(place)) place.splice(Number(last), 1);
  else if (value === undefined) Reflect.deleteProperty(place, last);
  else {
    // An own member even where the name is special, as JSON.parse makes it.
    Object.defineProperty(place, last, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return copy;
}
