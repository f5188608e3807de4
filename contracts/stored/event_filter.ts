/** Whether one of the filters, which may have `*` in place of a token, lets a subject through. */
export function letsThrough(filters: readonly string[], subject: string): boolean {
  const tokens = subject.split(".");
  return filters.some((filter) => {
    const wanted = filter.split(".");
    return wanted.length === tokens.length &&
      wanted.every((token, at) => token === "*" || token === tokens[at]);
  });
}
