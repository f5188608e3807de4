import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase32 } from "./base32.ts";

/** What a caller can be. */
export const PRINCIPAL_KINDS = ["service", "user", "device", "agent", "admin"] as const;

/** What a caller can be. */
export type PrincipalKind = typeof PRINCIPAL_KINDS[number];

/** Who calls: a service by its deployment, everybody else by an id that Trellis has given. */
export interface Principal {
  /** What it is. */
  readonly kind: PrincipalKind;
  /** Letters, digits, `-` and `_`, 1 to 64 of them. */
  readonly id: string;
}

/** A principal and the session in which it calls. */
export interface Caller {
  readonly principal: Principal;
  /** Names the key that the session was opened with: 16 characters. */
  readonly session: string;
}

const LETTER: Readonly<Record<PrincipalKind, string>> = {
  service: "s",
  user: "u",
  device: "d",
  agent: "a",
  admin: "o",
};
const KIND = new Map<string, PrincipalKind>([
  ["s", "service"],
  ["u", "user"],
  ["d", "device"],
  ["a", "agent"],
  ["o", "admin"],
]);
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const SESSION = /^[a-z2-7]{16}$/;
const CALLER = /^([sudao])-([A-Za-z0-9_-]{1,64})-([a-z2-7]{16})$/;

/**
 * The last token of every subject that the caller publishes requests to, as
 * `u-01jz8q4w6t5v3n2m1k0h9g8f7e-dfu342kcirifx437`. The broker allows a session only its own. Read from
 * the right, so that an id may hold `-`; short, because each character costs throughput.
 */
export function callerToken({ principal, session }: Caller): string {
  if (!isPrincipalId(principal.id) || !SESSION.test(session)) {
    throw new RangeError(`no caller: ${principal.kind} ${principal.id}, session ${session}`);
  }
  return `${LETTER[principal.kind]}-${principal.id}-${session}`;
}

/** The caller behind a token; undefined when the text is not one. */
export function parseCallerToken(token: string): Caller | undefined {
  const [, letter = "", id = "", session = ""] = CALLER.exec(token) ?? [];
  const kind = KIND.get(letter);
  return kind && { principal: { kind, id }, session };
}

/** True for the name of a session, as {@link sessionOf} makes it. */
export function isSession(text: string): boolean {
  return SESSION.test(text);
}

/** True for what may stand as an id in a subject: anything else could widen what a subject stands for. */
export function isPrincipalId(id: string): boolean {
  return ID.test(id);
}

/** The session of a public key, so that a client knows its inbox before it connects. */
export function sessionOf(publicKey: string): string {
  const hash = sha256(new TextEncoder().encode(`trellis.session.v1\0${publicKey}`));
  return encodeBase32(hash).slice(0, 16).toLowerCase();
}
