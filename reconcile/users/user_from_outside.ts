import { err, ok, type Result } from "../../contracts/result.ts";
import { LONGEST_DISPLAY } from "./new_user.ts";
import { identityHash, type OutsideProfile } from "./outside_identity.ts";
import { plainUserName, readUserName } from "./user_name.ts";

/**
 * Whom a provider may bring in as a new user: nobody unless given; everybody, or who has a verified e-mail
 * address of one of these domains.
 */
export type NewcomerRule = true | { readonly emailDomains: readonly string[] } | undefined;

/** Who is to be added, and by which name: the first that nobody has. */
export interface Newcomer {
  readonly names: readonly string[];
  readonly display?: string;
}

/** Why somebody whom a provider knows is not let in. */
export type NewcomerRefusal = "not_invited" | "email_unverified" | "email_elsewhere";

/** How many names are tried. */
const NAMES = 9;
const LONGEST_NAME = 60;

/**
 * Decides whether somebody whom nobody here knows becomes a user. It is always a new one: whoever has the
 * address or the name of somebody here is not taken for them.
 *
 * @param provider the name of the provider in the settings
 */
export function userFromOutside(
  profile: OutsideProfile,
  rule: NewcomerRule,
  provider: string,
): Result<Newcomer, NewcomerRefusal> {
  if (rule === undefined) return err("not_invited");
  const display = displayOf(profile);
  // Where everybody may come, people choose their addresses: those must not become names that others trust.
  const unnamed = `${provider}-${identityHash(profile).slice(0, 10)}`;
  if (rule === true) return ok({ names: [unnamed], ...display });
  const { email, emailVerified } = profile;
  if (email === undefined || emailVerified !== true) return err("email_unverified");
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1).toLowerCase();
  if (at < 1 || !rule.emailDomains.includes(domain)) return err("email_elsewhere");
  const name = nameFrom(email.slice(0, at));
  const names = name === undefined
    ? []
    : Array.from({ length: NAMES }, (_, index) => index === 0 ? name : `${name}-${index + 1}`);
  return ok({ names: [...names, unnamed], ...display });
}

function nameFrom(text: string): string | undefined {
  const name = plainUserName(text.toWellFormed()).replaceAll(/[^\p{L}\p{M}\p{Nd}_-]+/gu, "-")
    .replaceAll(/^[-_]+|-+$/g, "").slice(0, LONGEST_NAME);
  return readUserName(name).isOk() ? name : undefined;
}

function displayOf({ name }: OutsideProfile): { readonly display?: string } {
  const display = name?.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim()
    .slice(0, LONGEST_DISPLAY).toWellFormed();
  return display ? { display } : {};
}
