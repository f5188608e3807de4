/** What an entry's revision is made of. */
export interface EntryRevision {
  /** Of the stored message. */
  readonly sequence: number;
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt: number | undefined;
}

const REVISION = /^([1-9][0-9]{0,15})-(?:([1-9][0-9]{0,15})-)?[0-9a-f]{8}$/;

/**
 * The revision of an entry as callers have it. It says when the entry expires, so that a condition on one
 * that has expired is refused without reading; and it ends with a check, so that no text is taken for a
 * revision of an entry that was not given out for it.
 */
export function revisionText(storageKey: string, { sequence, expiresAt }: EntryRevision): string {
  const content = expiresAt === undefined ? `${sequence}` : `${sequence}-${expiresAt}`;
  return `${content}-${checksum(`${content} ${storageKey}`).toString(16).padStart(8, "0")}`;
}

/** The revision behind a text; undefined for one that no entry of this key has had. */
export function readRevision(storageKey: string, text: string): EntryRevision | undefined {
  const [, sequence, expiresAt] = REVISION.exec(text) ?? [];
  if (sequence === undefined) return undefined;
  const revision = {
    sequence: Number(sequence),
    expiresAt: expiresAt === undefined ? undefined : Number(expiresAt),
  };
  return revisionText(storageKey, revision) === text ? revision : undefined;
}

/** FNV-1a of 32 bits: it tells mistakes apart, and keeps nobody from deceiving themselves. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
