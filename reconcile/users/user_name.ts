import { err, ok, type Result } from "../../contracts/result.ts";

const LONGEST = 64;
const FORM = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_-]*$/u;
/** Marks that nobody sees. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;
const ID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** Scripts that are written together. A name in letters of two rows can look like a name in one. */
const SCRIPTS = [
  /^[\p{Script=Latin}\p{M}0-9_-]+$/u,
  /^[\p{Script=Greek}\p{M}0-9_-]+$/u,
  /^[\p{Script=Cyrillic}\p{M}0-9_-]+$/u,
  /^[\p{Script=Arabic}\p{M}\p{Nd}_-]+$/u,
  /^[\p{Script=Hebrew}\p{M}0-9_-]+$/u,
  /^[\p{Script=Devanagari}\p{M}\p{Nd}_-]+$/u,
  /^[\p{Script=Thai}\p{M}\p{Nd}_-]+$/u,
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー0-9_-]+$/u,
  /^[\p{Script=Hangul}\p{Script=Han}0-9_-]+$/u,
];

/** True for what has the form of an id that Trellis gives. */
export function isUserId(text: string): boolean {
  return ID.test(text);
}

/** A name as it is written in full: people type it as they like. */
export function plainUserName(text: string): string {
  return text.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/**
 * Checks the name of a user: letters of one script, digits, `-` and `_`, in lower case and in the form NFKC.
 * The error is to be read behind the place of the name: `must …`.
 */
export function readUserName(text: string): Result<string, string> {
  if (text === "") return err("must not be empty");
  if (!text.isWellFormed()) return err("must be well-formed Unicode");
  if (text.length > LONGEST) return err(`must have ${LONGEST} characters at most`);
  const usual = plainUserName(text);
  if (!FORM.test(usual) || UNSEEN.test(usual)) {
    return err("must start with a letter or a digit, and hold only letters, digits, - and _");
  }
  if (isUserId(usual)) return err("must not have the form of an id: 26 letters and digits");
  if (usual !== text) return err(`must be written in its plain form: ${usual}`);
  if (SCRIPTS.some((script) => script.test(text))) return ok(text);
  return err("must keep to the letters of one script");
}
