import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import type { TrustedKeys } from "../../../reconcile/records/trusted_keys.ts";
import { CurveKey } from "../../../runtime/nats/curve_box.ts";

/** The keys of one deployment of Trellis: of its NATS server, and of the processes that serve it. */
export interface KeyMaterial {
  /** When they were made; seconds since 1970. */
  readonly createdAt: number;
  /** Signs who may come in: whoever has it may let anybody in, as anything. */
  readonly issuer: KeyPair;
  /** Encrypts what the server asks about clients. */
  readonly xkey: CurveKey;
  /** Log in those who answer the server. */
  readonly callouts: readonly [KeyPair, KeyPair];
  /** Logs in the platform, which may do everything in its account. */
  readonly platform: KeyPair;
  /** Logs in to the system account, where connections are listed and closed. */
  readonly sys: KeyPair;
  /** Is the first admin. */
  readonly admin: KeyPair;
}

/** The public halves that a server's configuration names. */
export interface ServerKeys {
  readonly issuer: string;
  readonly xkey: string;
  readonly callouts: readonly string[];
  readonly platform: string;
  readonly sys: string;
}

/** How the text form begins; another version has another one. */
const FORMAT = "trellis.keys.v1";

/** New keys. */
export function generateKeyMaterial(createdAt: number): KeyMaterial {
  const user = () => KeyPair.generate("user");
  return {
    createdAt,
    issuer: KeyPair.generate("account"),
    xkey: CurveKey.generate(),
    callouts: [user(), user()],
    platform: user(),
    sys: user(),
    admin: user(),
  };
}

/** The public halves of keys. */
export function serverKeysOf(keys: KeyMaterial): ServerKeys {
  const { issuer, xkey, callouts, platform, sys } = keys;
  return {
    issuer: issuer.publicKey,
    xkey: xkey.publicKey,
    callouts: callouts.map(({ publicKey }) => publicKey),
    platform: platform.publicKey,
    sys: sys.publicKey,
  };
}

/** The keys whose signatures count in histories, each with whose it is. */
export function rootsOf(
  { platform, admin }: Pick<KeyMaterial, "platform" | "admin">,
): TrustedKeys {
  return new Map([
    [platform.publicKey, { name: "the platform" }],
    [admin.publicKey, { name: "the admin" }],
  ]);
}

/** All secrets as one text. */
export function encodeKeyMaterial(keys: KeyMaterial): string {
  const { createdAt, issuer, xkey, callouts, platform, sys, admin } = keys;
  const content = {
    format: FORMAT,
    createdAt,
    issuer: issuer.seed,
    xkey: xkey.seed,
    callouts: callouts.map(({ seed }) => seed),
    platform: platform.seed,
    sys: sys.seed,
    admin: admin.seed,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** What {@link encodeKeyMaterial} wrote; otherwise the name of what is wrong in it, never a part of the text. */
export function decodeKeyMaterial(text: string): KeyMaterial | { readonly wrong: string } {
  const content = readJson(text);
  if (!isRecord(content)) return { wrong: "it is not JSON" };
  const newer = newerFormat(content, FORMAT);
  if (newer !== undefined) {
    return { wrong: `a newer Trellis has written it (${newer}): update Trellis` };
  }
  if (content.format !== FORMAT) return { wrong: `its format is not ${FORMAT}` };
  const { createdAt, callouts } = content;
  if (typeof createdAt !== "number" || !Number.isSafeInteger(createdAt)) return wrong("createdAt");
  const issuer = pair("account", content.issuer);
  if (issuer === undefined) return wrong("issuer");
  const xkey = typeof content.xkey === "string" ? CurveKey.fromSeed(content.xkey) : undefined;
  if (xkey === undefined) return wrong("xkey");
  const [one, two] = Array.isArray(callouts) ? callouts.map((seed) => pair("user", seed)) : [];
  if (one === undefined || two === undefined) return wrong("callouts");
  const platform = pair("user", content.platform);
  if (platform === undefined) return wrong("platform");
  const sys = pair("user", content.sys);
  if (sys === undefined) return wrong("sys");
  const admin = pair("user", content.admin);
  if (admin === undefined) return wrong("admin");
  return { createdAt, issuer, xkey, callouts: [one, two], platform, sys, admin };
}

function wrong(member: string): { readonly wrong: string } {
  return { wrong: `its member ${member} is missing or damaged` };
}

function pair(kind: "account" | "user", seed: unknown): KeyPair | undefined {
  return typeof seed === "string" ? KeyPair.fromSeed(kind, seed) : undefined;
}
