/** Subjects come out of records: one with a wildcard would stand for more than was accepted. */
export function literalSubject(subject: string): string {
  if (!/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(subject)) {
    throw new RangeError(`no literal subject: ${subject}`);
  }
  return subject;
}
