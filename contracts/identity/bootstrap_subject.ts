/** Where a session asks what it may do, and gets what it needs to begin. Each has a subject of its own. */
export function bootstrapSubject(session: string): string {
  return `trellis.v1.bootstrap.${session}`;
}
