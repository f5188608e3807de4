/** Clock and identifiers, passed in so that decisions stay pure. */
export interface Sources {
  /** ISO date-time. */
  now(): string;
  /** A new ULID. */
  id(): string;
}
