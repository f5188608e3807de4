import { decodeJwt } from "../../contracts/identity/jwt.ts";
import { isSignedBy } from "../../contracts/identity/key_pair.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { err, ok, type Result } from "../../contracts/result.ts";

/** Somebody who wants to connect, and has proved which key is theirs. */
export interface ConnectRequest {
  /** The server that asks. */
  readonly serverId: string;
  /** The key that the server has made for this connection. */
  readonly userKey: string;
  /** The public key, `U…`, whose holder has signed the server's challenge. */
  readonly publicKey: string;
  /** Number of the connection at its server, needed to close it. */
  readonly connectionId: number;
  /** Address that the connection comes from. */
  readonly host: string;
  /** How it is connected. */
  readonly transport: "nats" | "websocket" | "other";
  /** Seconds since 1970, by the server's clock. */
  readonly issuedAt: number;
  /** When the server stops waiting for an answer, by its clock; seconds since 1970. */
  readonly answerBy: number;
}

/** What an answer needs, whatever it says. */
export type ReplyPlace = Pick<ConnectRequest, "serverId" | "userKey" | "issuedAt">;

/** Why a request proves nothing. The text ends up in the server's log: it holds no secret. */
export interface UnprovenRequest {
  /** Missing when not even the asking server could be made out. */
  readonly place?: ReplyPlace;
  readonly reason: string;
}

/**
 * Reads what a server asks through the auth callout, and checks both signatures: the server's under the
 * request, and the client's under the nonce. The server has checked neither.
 *
 * @param unnamed a few public keys that are tried when a client signs and shows no key: with a credentials
 * file NATS' own tools send the file's token, and the server does not pass it on
 */
export function readConnectRequest(
  token: string,
  unnamed: readonly string[] = [],
): Result<ConnectRequest, UnprovenRequest> {
  const claims = decodeJwt("server", token);
  if (claims === undefined) return err({ reason: "the request is not signed by a server" });
  const { nats, iat, exp } = claims;
  const serverId = text(nats.server_id, "id");
  const userKey = typeof nats.user_nkey === "string" ? nats.user_nkey : "";
  const isRequest = nats.type === "authorization_request" && serverId === claims.iss;
  if (!isRequest || userKey === "") return err({ reason: "the request names no connection" });
  const place = { serverId, userKey, issuedAt: iat };
  const named = text(nats.connect_opts, "nkey");
  const signed = text(nats.connect_opts, "sig");
  const keys = named !== "" ? [named] : signed !== "" ? unnamed : [];
  if (keys.length === 0) return err({ place, reason: "no key was shown" });
  const nonce = text(nats.client_info, "nonce");
  const signature = fromBase64(signed);
  const challenge = new TextEncoder().encode(nonce);
  const publicKey = nonce === "" || signature === undefined
    ? undefined
    : keys.find((key) => isSignedBy("user", key, challenge, signature));
  if (publicKey === undefined) {
    return err({ place, reason: "the challenge is not signed by the key" });
  }
  const client: unknown = nats.client_info;
  return ok({
    ...place,
    publicKey,
    connectionId: isRecord(client) && typeof client.id === "number" ? client.id : 0,
    host: text(client, "host"),
    transport: transportOf(text(client, "type")),
    answerBy: exp ?? iat + 2,
  });
}

function transportOf(type: string): ConnectRequest["transport"] {
  return type === "nats" || type === "websocket" ? type : "other";
}

function text(value: unknown, name: string): string {
  const member = isRecord(value) ? value[name] : undefined;
  return typeof member === "string" ? member : "";
}

function fromBase64(value: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(value);
  } catch {
    try {
      return Uint8Array.fromBase64(value, { alphabet: "base64url" });
    } catch {
      return undefined;
    }
  }
}
