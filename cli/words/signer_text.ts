/**
 * Whose key has signed something.
 *
 * @param name whose key that is, where it is known; else the beginning of the key stands for it
 */
export function signerText(signedBy: string | undefined, name: string | undefined): string {
  if (signedBy === undefined) return "not signed";
  return `signed by ${name ?? `${signedBy.slice(0, 12)}…`}`;
}
