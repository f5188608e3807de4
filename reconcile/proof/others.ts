/** Names of somebody else. */
export interface Others {
  readonly bucket: string;
  readonly store: string;
  readonly session: string;
  /** One token that names nothing: no stream, consumer, RPC or queue group. */
  readonly nobody: string;
}
