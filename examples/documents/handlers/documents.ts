import {
  defineHandlers,
  err,
  isErr,
  normalizePageQuery,
  ok,
  type StoreInfo,
  type TypedStoreEntry,
} from "@qlever-llc/trellis";
import { monotonicFactory } from "ulid";
import contract, { DocumentNotFoundError, DocumentRefusedError } from "../contracts/documents.ts";

const newId = monotonicFactory();

export default defineHandlers(contract, {
  rpc: {
    "Documents.Upload": async ({ input, client }) => {
      const { name, contentType } = input;
      const bytes = fromBase64(input.content);
      if (bytes === undefined) {
        return err(new DocumentRefusedError({ document: name, reason: "it is not base64" }));
      }
      const uploads = await client.store.uploads.open().orThrow();
      const stored = await uploads.put(name, bytes, { contentType }).take();
      if (isErr(stored)) {
        const { reason, message } = stored.error;
        if (!REFUSALS.includes(reason)) throw stored.error;
        return err(new DocumentRefusedError({ document: name, reason: message }));
      }
      return ok(describe((await uploads.get(name).orThrow()).info));
    },

    "Documents.Get": async ({ input, client }) => {
      const uploads = await client.store.uploads.open().orThrow();
      const entry = await uploads.get(input.name).take();
      if (isErr(entry)) {
        if (entry.error.reason === "not_found") {
          return err(new DocumentNotFoundError({ document: input.name }));
        }
        throw entry.error;
      }
      const bytes = await entry.bytes().orThrow();
      return ok({ info: describe(entry.info), content: bytes.toBase64() });
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
      return ok({ name: input.name });
    },

    "Documents.Export": async ({ input, client }) => {
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
      const { info } = await exports.get(exportId).orThrow();
      const { ttlMs } = await exports.status().orThrow();
      const expiresAt = new Date(Date.parse(info.updatedAt) + ttlMs).toISOString();
      return ok({ exportId, size: info.size, expiresAt });
    },
  },
});

/** What the caller can mend; everything else is a failure of the service. */
const REFUSALS: readonly string[] = ["invalid_key", "invalid_metadata", "too_large", "full"];

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

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
