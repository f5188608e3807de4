/** Words that no shell changes. */
const PLAIN = /^[\w%+,./:=@-]+$/;

/** What a terminal is not given unchanged. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * A word as a shell has to be given it: unchanged where that is safe, in single quotes otherwise. A line
 * break and what else cannot be seen is escaped as bash, zsh and ksh read it.
 *
 * ```ts ignore
 * shellWord("it's here"); // 'it'\''s here'
 * shellWord("two\nlines"); // $'two\u000alines'
 * ```
 */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (word.search(INVISIBLE) < 0) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = word.replaceAll(/[\\']/g, "\\$&").replaceAll(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `$'${escaped}'`;
}
