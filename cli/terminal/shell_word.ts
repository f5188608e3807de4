/**
 * A word as a shell has to be given it: unchanged where that is safe, in single quotes otherwise.
 *
 * ```ts ignore
 * shellWord("it's here"); // 'it'\''s here'
 * ```
 */
export function shellWord(word: string): string {
  return /^[\w%+,./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
