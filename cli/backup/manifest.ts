import { digestJson } from "../../contracts/json/digest.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** How the text form begins; another version has another one. */
const FORMAT = "trellis.backup.v1";

/** The file that says what a backup holds. */
export const MANIFEST = "manifest.json";
/** The files of each stream: what it is, and what the server has sent of it. */
export const STREAM_FILES = ["backup.json", "stream.tar.s2"] as const;

/** A file, as it was written. */
export interface WrittenFile {
  readonly name: typeof STREAM_FILES[number];
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of them, in hexadecimal, as `sha256sum` prints it. */
  readonly sha256: string;
}

/** A stream of a backup. */
export interface BackedUpStream {
  readonly name: string;
  readonly messages: number;
  /** Of its last message before it was copied. */
  readonly lastSequence: number;
  /** The same after that: what others wrote meanwhile is in the copy up to a point in between. */
  readonly lastSequenceAfter: number;
  readonly consumers: number;
  readonly files: readonly WrittenFile[];
}

/** What a backup holds. */
export interface BackupManifest {
  /** When it was begun, by the clock of the machine that made it. */
  readonly createdAt: string;
  /** Versions of what made it. */
  readonly trellis: string;
  readonly nats: string;
  /** In the order in which they are restored. */
  readonly streams: readonly BackedUpStream[];
  /** Streams that are not in it. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The order in which streams are copied: Trellis' own records last, so that they know all that was copied
 * before, and whoever finds them on a server finds the data as well.
 */
export function inCopyOrder<T extends { readonly name: string }>(streams: readonly T[]): T[] {
  const isOwn = ({ name }: T) => /^(?:KV_)?trellis_/.test(name) && !/^trellis_events$/.test(name);
  return [...streams].sort((a, b) =>
    Number(isOwn(a)) - Number(isOwn(b)) || (a.name < b.name ? -1 : 1)
  );
}

/** The text of a manifest. */
export function manifestText(manifest: BackupManifest): string {
  const content = { format: FORMAT, ...manifest };
  return `${JSON.stringify({ ...content, digest: digestJson(content) }, undefined, 2)}\n`;
}

/** Reads what {@link manifestText} wrote. Errors: `corrupt`, `newer_format`. */
export function readManifest(text: string): Result<BackupManifest, ExplainedError> {
  const content = readJson(text);
  if (!isRecord(content) || typeof content.format !== "string") {
    return err(damaged("it is no manifest"));
  }
  const { digest, ...rest } = content;
  if (content.format !== FORMAT) {
    return err({
      code: "newer_format",
      message: `this backup has the format ${content.format}, and this Trellis reads ${FORMAT}`,
      hint: "restore it with the version of Trellis that has made it, or with a newer one",
    });
  }
  if (digest !== digestJson(rest)) return err(damaged("its own digest does not fit"));
  const { createdAt, trellis, nats, streams, leftOut } = rest;
  const named = namesOf(leftOut);
  const all = Array.isArray(streams) ? streams.map(streamOf) : [];
  if (all.includes(undefined) || all.length === 0) return err(damaged("it names no stream"));
  return ok({
    createdAt: String(createdAt),
    trellis: String(trellis),
    nats: String(nats),
    streams: all.filter((stream) => stream !== undefined),
    leftOut: named,
  });
}

function namesOf(leftOut: unknown): BackupManifest["leftOut"] {
  const all = Array.isArray(leftOut) ? leftOut.filter(isRecord) : [];
  return all.map(({ name, reason }) => ({ name: String(name), reason: String(reason) }));
}

function streamOf(value: unknown): BackedUpStream | undefined {
  if (!isRecord(value) || !Array.isArray(value.files)) return undefined;
  const { name, messages, lastSequence, lastSequenceAfter, consumers } = value;
  // It becomes a part of paths.
  if (typeof name !== "string" || !/^[^\s.*>/\\]+$/.test(name)) return undefined;
  const written = value.files.filter(isRecord);
  const files = STREAM_FILES.flatMap((file) => {
    const found = written.find(({ name }) => name === file);
    return found === undefined
      ? []
      : [{ name: file, size: Number(found.size), sha256: String(found.sha256) }];
  });
  if (files.length !== STREAM_FILES.length) return undefined;
  return {
    name,
    messages: Number(messages),
    lastSequence: Number(lastSequence),
    lastSequenceAfter: Number(lastSequenceAfter),
    consumers: Number(consumers),
    files,
  };
}

function damaged(why: string): ExplainedError {
  return {
    code: "corrupt",
    message: `${MANIFEST} is damaged: ${why}; nothing was restored`,
    hint: "bring the backup here again from where it is kept",
  };
}
