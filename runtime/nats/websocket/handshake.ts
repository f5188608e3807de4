import type { ConnectionOptions, ServerInfo } from "@nats-io/nats-core";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { encodeBase64Url } from "../../../contracts/json/base64.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";

/** Reads how a server greets; undefined for what is no greeting. */
export function readGreeting(text: string): ServerInfo | undefined {
  const info = readJson(text);
  return isServerInfo(info) ? info : undefined;
}

/** What is answered to a greeting: who connects, and the challenge signed. Rejects as the key does. */
export async function answerGreeting(
  { nonce }: ServerInfo,
  options: ConnectionOptions,
  key: SessionKey | undefined,
): Promise<string> {
  const { name, user, pass, token, authenticator = [] } = options;
  const proofs = [authenticator].flat().map((prove) => prove(nonce));
  const answer = {
    name,
    lang: "trellis",
    version: "1.0.0",
    protocol: 1,
    verbose: false,
    pedantic: false,
    headers: true,
    no_responders: true,
    user,
    pass,
    auth_token: token,
    ...Object.assign({}, ...proofs),
    ...(key && {
      nkey: key.publicKey,
      // Servers read the signatures of keys that they know without padding only.
      sig: encodeBase64Url(await key.sign(new TextEncoder().encode(nonce ?? ""))),
    }),
  };
  return `CONNECT ${JSON.stringify(answer)}\r\n`;
}

function isServerInfo(value: unknown): value is ServerInfo {
  return isRecord(value) && typeof value.version === "string" &&
    typeof value.max_payload === "number";
}
