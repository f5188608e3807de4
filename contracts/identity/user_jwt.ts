import { type Claims, encodeJwt } from "./jwt.ts";
import type { KeyPair } from "./key_pair.ts";
import { longerSubjects } from "./longer_subjects.ts";

/** What a session may publish and subscribe to: lists of subjects, and nothing else. */
export interface SubjectPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What a user's token says. */
export interface UserGrant {
  /** The key that the server has made for this connection, or the user's own. */
  readonly subject: string;
  /** Shown in the server's log: never a secret. */
  readonly name: string;
  /** The account, by its name in the server's configuration. */
  readonly account: string;
  /** Missing for a user who may do everything in the account. */
  readonly permissions?: SubjectPermissions;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Seconds since 1970. */
  readonly expiresAt?: number;
}

/** Matches no subject that anybody uses: an empty list would allow everything. */
const NOTHING = ["_NOTHING"];

/** The token that lets a user in. */
export function encodeUserJwt(grant: UserGrant, issuer: KeyPair): string {
  const { permissions } = grant;
  const allow = (subjects: readonly string[] | undefined) =>
    subjects === undefined ? {} : { allow: subjects.length === 0 ? NOTHING : subjects };
  const longer = longerSubjects(permissions?.subscribe ?? []);
  const claims: Claims = {
    aud: grant.account,
    sub: grant.subject,
    name: grant.name,
    iat: grant.issuedAt,
    ...(grant.expiresAt === undefined ? {} : { exp: grant.expiresAt }),
    nats: {
      pub: allow(permissions?.publish),
      sub: { ...allow(permissions?.subscribe), ...(longer.length === 0 ? {} : { deny: longer }) },
      subs: -1,
      data: -1,
      payload: -1,
      type: "user",
      version: 2,
    },
  };
  return encodeJwt(claims, issuer);
}

/** The answer to a server that asks whether somebody may come in. */
export function encodeAuthResponse(
  answer: { readonly jwt: string } | { readonly error: string },
  to: { readonly serverId: string; readonly userKey: string; readonly issuedAt: number },
  issuer: KeyPair,
): string {
  return encodeJwt({
    aud: to.serverId,
    sub: to.userKey,
    iat: to.issuedAt,
    nats: { ...answer, type: "authorization_response", version: 2 },
  }, issuer);
}
