/** What a sender and a service say to each other about a file. */

/** A signal that no contract can declare: the file of the operation was sent. */
export const COMMIT_SIGNAL = "$commit";

/** What a sender says of a file that it has sent. */
export interface FileCommit {
  /** Bytes. */
  readonly size: number;
  /** As stores write it: `SHA-256=` and the padded base64url of the hash. */
  readonly digest: string;
  /** How many chunks it was sent in. */
  readonly chunks: number;
}

/** From one chunk to another, both included. */
export type ChunkRange = readonly [number, number];

/** How a file is to be sent, and what has come of it. */
export interface SendTerms {
  /** Bytes of each chunk but the last. */
  readonly chunkBytes: number;
  /** The most bytes that the file may have; missing where there is no limit. */
  readonly maxBytes?: number;
  /** When the time to send it is over, ISO 8601 in UTC. */
  readonly expiresAt: string;
  /** Chunks that are there, where that was asked for. */
  readonly there?: readonly ChunkRange[];
  /** What the file was said to be up to some of those chunks, by number: who has other bytes there has another file. */
  readonly seen?: readonly (readonly [number, string])[];
  /** The number of the commit that this answers, from 1. */
  readonly commit?: number;
}
