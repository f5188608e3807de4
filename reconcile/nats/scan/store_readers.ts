/** What a scan sees in the messages of a store. */
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { indexSubjectPrefix, STORE_ORPHAN_MS } from "../../../contracts/stored/store_names.ts";
import { parseStoreRecord } from "../../../contracts/stored/store_record.ts";
import { readStoreIndexKey } from "../../../contracts/stored/store_index_key.ts";
import type { ImpactQuestion } from "../../changes/impact.ts";
import type { ScannedRevision } from "../../impact/scanned_revision.ts";
import type { ScannedMessage } from "./scanned_message.ts";

type Reader = (message: ScannedMessage) => ScannedRevision | undefined;

/** Reads the index of a store: each entry stands for the object that its key leads to. */
export function entryReader(store: string): Reader {
  const prefix = indexSubjectPrefix(store);
  return ({ subject, writtenAt, marker, data }) => {
    const written = subject.slice(prefix.length);
    const bytes = marker ? 0 : parseStoreRecord(data)?.size ?? 0;
    return { key: readStoreIndexKey(written) ?? written, writtenAt, bytes, marker };
  };
}

/** The descriptions of objects, by which an object store without an index is read. */
export function foreignFilter(store: string): string {
  return `$O.${store}.M.>`;
}

/** Reads the descriptions of objects that any tool wrote. */
export function foreignReader(store: string): Reader {
  const prefix = `$O.${store}.M.`;
  return ({ subject, writtenAt, data }) => {
    const value = readJson(new TextDecoder().decode(data));
    const description = isRecord(value) ? value : {};
    const { name, size, deleted } = description;
    return {
      key: typeof name === "string" ? name : subject.slice(prefix.length),
      writtenAt,
      bytes: typeof size === "number" ? size : 0,
      marker: deleted === true,
    };
  };
}

/** Objects themselves are kept longer than their keys, so that a reader that has begun can finish. */
export function withReadTime(question: ImpactQuestion): ImpactQuestion {
  if (question.kind !== "ttl" || question.ttlMs === 0) return question;
  return { kind: "ttl", ttlMs: question.ttlMs + STORE_ORPHAN_MS };
}
