import { err, ok, type Result } from "../../contracts/result.ts";

/** Where pages reach a NATS server. The error is to be read behind the name of its place: `must …`. */
export function readWebSocketUrl(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWebSocket = url?.protocol === "wss:" || url?.protocol === "ws:";
  const isBare = url?.username === "" && url.password === "";
  return isWebSocket && isBare
    ? ok(text)
    : err("must be an address as wss://nats.example.org:8443");
}
