import type { Authenticator } from "@nats-io/nats-core";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { encodeBase64Url } from "../../../contracts/json/base64.ts";

/** Signs the challenge of a server, at every connect again. Throws for keys that sign later. */
export function answerChallenge(key: SessionKey): Authenticator {
  return (nonce = "") => {
    const signature = key.sign(new TextEncoder().encode(nonce));
    if (signature instanceof Promise) {
      throw new TypeError("over TCP a session's key has to sign at once");
    }
    // Servers read the signatures of keys that they know without padding only.
    return { nkey: key.publicKey, sig: encodeBase64Url(signature) };
  };
}
