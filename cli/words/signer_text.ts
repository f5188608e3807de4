import type { TrustedKeys } from "../../reconcile/records/trusted_keys.ts";

/** Whose key has signed something: a name where it is known, else the beginning of the key. */
export function signerText(signedBy: string | undefined, keys: TrustedKeys | undefined): string {
  if (signedBy === undefined) return "not signed";
  const known = keys?.get(signedBy);
  return known === undefined ? `signed by ${signedBy.slice(0, 12)}…` : `signed by ${known.name}`;
}
