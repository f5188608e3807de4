/** One subject that somebody may use, and why. */
export interface PermissionLine {
  /** As NATS writes it; `*` stands for one token, `>` for all that follow. */
  readonly subject: string;
  /** What it is for, as the end of "it may ...": `read and write KV orders`. */
  readonly why: string;
  /** Which part of that needs this subject: `list and watch keys`. */
  readonly part?: string;
  /** Set on a line that no server of today needs, with the servers that it is for. */
  readonly keptFor?: string;
}

/** Everything that somebody may publish and subscribe to. */
export interface Permissions {
  readonly publish: readonly PermissionLine[];
  readonly subscribe: readonly PermissionLine[];
}
