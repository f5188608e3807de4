import {
  base64UrlSegment,
  defineHandlers,
  err,
  isErr,
  kvFeed,
  normalizePageQuery,
  ok,
  type StoreInfo,
  type TypedStoreEntry,
} from "@qlever-llc/trellis";
import { monotonicFactory } from "ulid";
import contract, { DocumentNotFoundError } from "../contracts/documents.ts";

const newId = monotonicFactory();

export default defineHandlers(contract, {
  operations: {
    "Documents.Upload": async ({ op, client }) => {
      // Comes back when the store has all of the file, and it is the one that was sent.
      const stored = await op.transfer.completed().take();
      if (isErr(stored)) return stored;
      const document = describe(stored);
      await client.kv.index.put(indexKey(document.name), document).orThrow();
      return ok(document);
    },
  },

  rpc: {
    "Documents.Download": async ({ input, client, transfer }) => {
      const uploads = await client.store.uploads.open().orThrow();
      const entry = await uploads.get(input.name).take();
      if (isErr(entry)) {
        if (entry.error.reason !== "not_found") throw entry.error;
        return err(new DocumentNotFoundError({ document: input.name }));
      }
      const file = await transfer.grant(input.name, { expiresInMs: 600_000 }).orThrow();
      return ok({ info: describe(entry.info), file });
    },

    "Documents.List": async ({ input, client }) => {
      const uploads = await client.store.uploads.open().orThrow();
      const { prefix = "" } = input;
      const page = await uploads.list({ prefix, ...normalizePageQuery(input, 100) }).orThrow();
      return ok({ ...page, entries: page.entries.map(describe) });
    },

    "Documents.Remove": async ({ input, client }) => {
      const uploads = await client.store.uploads.open().orThrow();
      await uploads.delete(input.name).orThrow();
      await client.kv.index.delete(indexKey(input.name)).orThrow();
      return ok({ name: input.name });
    },

    "Documents.Export": async ({ input, client, transfer }) => {
      const uploads = await client.store.uploads.open().orThrow();
      const entries: TypedStoreEntry[] = [];
      for (const name of input.names) {
        const entry = await uploads.get(name).take();
        if (!isErr(entry)) entries.push(entry);
        else if (entry.error.reason === "not_found") {
          return err(new DocumentNotFoundError({ document: name }));
        } else throw entry.error;
      }
      const exports = await client.store.exports.open().orThrow();
      const exportId = newId();
      await exports.create(exportId, lines(entries), {
        contentType: "application/x-ndjson",
        metadata: { documents: String(entries.length) },
      }).orThrow();
      const file = await transfer.grant(exportId).orThrow();
      return ok({ expiresAt: file.expiresAt, file });
    },
  },

  feeds: {
    "Documents.Changes": ({ client, cursor, context }) =>
      kvFeed(client.kv.index, {
        cursor,
        signal: context.signal,
        put: (_, document) => ({ name: document.name, document }),
        deleted: (key) => ({ name: nameOf(key) }),
      }),
  },
});

/** One line of JSON for each document. No more than one document is in memory at a time. */
async function* lines(entries: readonly TypedStoreEntry[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const entry of entries) {
    const content = (await entry.bytes().orThrow()).toBase64();
    yield encoder.encode(JSON.stringify({ ...describe(entry.info), content }) + "\n");
  }
}

function describe({ key, contentType, size, updatedAt }: StoreInfo) {
  return {
    name: key,
    contentType: contentType ?? "application/octet-stream",
    size,
    uploadedAt: updatedAt,
  };
}

/** A name can hold anything, and a key cannot. */
function indexKey(name: string): string {
  return base64UrlSegment(new TextEncoder().encode(name));
}

function nameOf(key: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(key, { alphabet: "base64url" }));
}
