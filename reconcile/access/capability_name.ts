import { err, ok, type Result } from "../../contracts/result.ts";
import type { Needs } from "../needs/need_types.ts";
import { AuthorityError } from "../records/authority_error.ts";

/** A capability that was named, by its global key. */
export interface NamedCapability {
  /** As `orders-service::orders.refund`. */
  readonly key: string;
  /** False where no accepted contract declares it. */
  readonly isDeclared: boolean;
}

/** Global keys of all capabilities that contracts declare, sorted. */
export function declaredCapabilities(
  contracts: readonly { readonly capabilities?: Needs["capabilities"] }[],
): readonly string[] {
  return [...new Set(contracts.flatMap(({ capabilities }) => Object.keys(capabilities ?? {})))]
    .sort();
}

/**
 * Finds the global key of a capability that a person names. A whole key may be one that no contract
 * declares: it can be granted before the contract comes. A local key, as `orders.refund`, has to be the key
 * of exactly one contract. Errors: `capability_unknown`, `capability_ambiguous`.
 */
export function findCapability(
  name: string,
  declared: readonly string[],
): Result<NamedCapability, AuthorityError> {
  if (declared.includes(name)) return ok({ key: name, isDeclared: true });
  if (!isKey(name)) return err(noKey(name));
  if (name.includes(SEPARATOR)) return ok({ key: name, isDeclared: false });
  const [key, ...more] = declared.filter((key) => localCapability(key) === name);
  if (key === undefined) return err(unknown(name, declared));
  return more.length === 0 ? ok({ key, isDeclared: true }) : err(ambiguous(name, [key, ...more]));
}

const SEPARATOR = "::";

/** `orders-service::orders.refund` -> `orders.refund`. */
export function localCapability(key: string): string {
  return key.slice(key.indexOf(SEPARATOR) + SEPARATOR.length);
}

/** What a contract could declare. */
function isKey(name: string): boolean {
  return name.length <= 400 && /^[^\s\p{Cc}]+$/u.test(name) && !name.startsWith(SEPARATOR);
}

function noKey(name: string): AuthorityError {
  return new AuthorityError(
    "capability_unknown",
    `${JSON.stringify(name.slice(0, 60))} cannot be the key of a capability`,
    "a key has no spaces: orders.refund, or with its contract orders-service::orders.refund",
  );
}

function unknown(name: string, declared: readonly string[]): AuthorityError {
  const known = declared.length === 0 ? "none is declared yet" : `declared: ${short(declared)}`;
  return new AuthorityError(
    "capability_unknown",
    `no accepted contract declares the capability ${name}`,
    `name its contract to grant it before the contract is accepted: <contract>::${name} (${known})`,
  );
}

function ambiguous(name: string, keys: readonly string[]): AuthorityError {
  return new AuthorityError(
    "capability_ambiguous",
    `${name} is a capability of more than one contract`,
    `name its contract: ${short(keys)}`,
  );
}

function short(keys: readonly string[]): string {
  return keys.length > 8 ? `${keys.slice(0, 8).join(", ")}, …` : keys.join(", ");
}
