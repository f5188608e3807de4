import { createHash } from "node:crypto";
import { isRecord } from "../../contracts/json/json.ts";

/** Who somebody is elsewhere. A provider never gives a subject to another person; an e-mail address it may. */
export interface OutsideIdentity {
  /** The provider, as `https://login.example.com`. */
  readonly issuer: string;
  /** The person there. */
  readonly subject: string;
}

/** What a provider proves of a person, and what it says of them. */
export interface OutsideProfile extends OutsideIdentity {
  readonly name?: string;
  readonly email?: string;
  /** Whether the provider knows that the address is theirs. */
  readonly emailVerified?: boolean;
}

/** Whether two identities are one. */
export function sameIdentity(a: OutsideIdentity, b: OutsideIdentity): boolean {
  return a.issuer === b.issuer && a.subject === b.subject;
}

/** Names an identity where not every character may stand: 64 hexadecimal digits. */
export function identityHash({ issuer, subject }: OutsideIdentity): string {
  return createHash("sha256").update(JSON.stringify([issuer, subject])).digest("hex");
}

/** True for a stored identity. */
export function isOutsideIdentity(value: unknown): value is OutsideIdentity {
  return isRecord(value) && typeof value.issuer === "string" && typeof value.subject === "string";
}
