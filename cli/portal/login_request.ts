import { isSignedBy } from "../../contracts/identity/key_pair.ts";
import { loginProof } from "../../contracts/identity/login_proof.ts";
import { decodePublicKey } from "../../contracts/identity/nkey.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { manifestDigest } from "../../contracts/manifest/projection.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type AskingPage, readAskingPage } from "../pages/asking_page.ts";
import type { UserSessionRequest } from "../platform/user_session.ts";

/** The contract of an app that asks for a login. */
export type AskingContract = NonNullable<UserSessionRequest["contract"]>;

/** What an app or a terminal says when it asks for a login of the key that it holds. */
export interface LoginRequest {
  readonly publicKey: string;
  /** What a person knows the device by, as its host name. */
  readonly device: string;
  /** What it runs; a terminal and the Console have none. */
  readonly contract?: AskingContract;
  /** The page that it runs in; a program is in none. */
  readonly page?: AskingPage;
}

/** Where a request for a login comes to and from. */
export interface AskContext {
  /** Where the portal is. */
  readonly origin: string;
  /** The origin of the page that has sent it; undefined: a program has. */
  readonly sender: string | undefined;
  /** It comes from the Console. */
  readonly isConsole: boolean;
  /** Whether this challenge was given, and is not too old. */
  isChallenge(challenge: string): boolean;
}

/** Why something is refused, for a program. */
export interface Refusal {
  readonly code:
    | "bad_request"
    | "bad_signature"
    | "challenge_unknown"
    | "contract_invalid"
    | "too_many_logins";
  readonly message: string;
  readonly hint: string;
}

/** Why a challenge is not taken. */
export const CHALLENGE_UNKNOWN: Refusal = {
  code: "challenge_unknown",
  message: "the challenge is unknown, used, or too old",
  hint: "ask for a new one, and sign it within a minute",
};

/** Characters of a device's label that are kept. */
const LONGEST_LABEL = 80;

/** Reads a request for a login, and checks that whoever sends it holds the key. */
export function readLoginRequest(
  body: unknown,
  { origin, sender, isConsole, isChallenge }: AskContext,
): Result<LoginRequest & { readonly challenge: string }, Refusal> {
  if (!isRecord(body)) return err(malformed("the body is not a JSON object"));
  const { publicKey, device, challenge, signature, contract, returnTo } = body;
  if (typeof publicKey !== "string" || decodePublicKey("user", publicKey) === undefined) {
    return err(malformed("publicKey is not the public key, U..., of a user"));
  }
  if (typeof device !== "string") return err(malformed("device is not a text"));
  const page = readAskingPage(sender, returnTo).take();
  if (isErr(page)) return err(malformed(`returnTo ${page.error}`));
  if (typeof challenge !== "string" || !isChallenge(challenge)) {
    return err(CHALLENGE_UNKNOWN);
  }
  const signed = typeof signature === "string" ? fromBase64(signature) : undefined;
  const proof = loginProof(origin, challenge);
  if (signed === undefined || !isSignedBy("user", publicKey, proof, signed)) {
    return err({
      code: "bad_signature",
      message: `the signature is not one of ${publicKey} for ${origin}`,
      hint: `sign the challenge for exactly this address: ${origin}`,
    });
  }
  const label = device.toWellFormed().slice(0, LONGEST_LABEL).trim() || "a device without a name";
  const asked = { challenge, publicKey, device: label, ...(page && { page }) };
  if (contract === undefined) {
    // Without a contract an admin is let in with everything: that is for terminals and the Console.
    return page === undefined || isConsole
      ? ok(asked)
      : err(invalidContract("a page asks for an app"));
  }
  return readContract(contract).map((contract) => ({ ...asked, contract }));
}

/** Only what people run: a service that comes this way would take the place of a deployment. */
function readContract(given: unknown): Result<AskingContract, Refusal> {
  const manifest = parseManifest(isRecord(given) ? given.manifest : undefined).take();
  if (isErr(manifest)) {
    const [first] = manifest.error;
    return err(invalidContract(`${first?.path ?? ""} ${first?.message ?? "it is none"}`.trim()));
  }
  if (manifest.kind !== "app") return err(invalidContract("people run apps, and this is none"));
  const digest = manifestDigest(manifest);
  if (isRecord(given) && given.digest !== digest) {
    return err(invalidContract("its digest is not the one that comes with it"));
  }
  return ok({ manifest, digest });
}

function malformed(message: string): Refusal {
  const hint =
    "send JSON: publicKey, device, challenge, signature in base64, and a contract if any";
  return { code: "bad_request", message, hint };
}

function invalidContract(why: string): Refusal {
  return {
    code: "contract_invalid",
    message: `the contract cannot be taken: ${why}`,
    hint: "send the manifest and the digest as trellis contract show prints them",
  };
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
