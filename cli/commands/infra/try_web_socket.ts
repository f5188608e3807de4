/** How a server answers a page of an origin that wants to speak WebSocket with it. */
export type WebSocketAnswer =
  | { readonly kind: "taken" | "refused" }
  /** It does not answer as a server of WebSocket does. */
  | { readonly kind: "unreachable"; readonly reason: string };

const ANSWER_MS = 5000;

/** Asks as the browser of a page would; programs say which origin they like, so this is no protection. */
export async function tryWebSocket(url: string, origin: string): Promise<WebSocketAnswer> {
  const { protocol, hostname, host, port, pathname } = new URL(url);
  const isSecure = protocol === "wss:";
  // An address in brackets is one of IPv6.
  const address = { hostname: hostname.replace(/^\[|\]$/g, ""), port: portOf(port, isSecure) };
  try {
    using connection = isSecure ? await Deno.connectTls(address) : await Deno.connect(address);
    const request = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${btoa(crypto.randomUUID().slice(0, 16))}`,
      `Origin: ${origin}`,
    ];
    await connection.write(new TextEncoder().encode(`${request.join("\r\n")}\r\n\r\n`));
    return answerIn(await firstLine(connection));
  } catch (cause) {
    return { kind: "unreachable", reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

function portOf(port: string, isSecure: boolean): number {
  return Number(port === "" ? (isSecure ? 443 : 80) : port);
}

/** What a server says first; rejects when it says nothing in time. */
async function firstLine(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(1024);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it does not answer")), ANSWER_MS);
  });
  try {
    const length = await Promise.race([connection.read(buffer), late]) ?? 0;
    const [line = ""] = new TextDecoder().decode(buffer.subarray(0, length)).split("\r\n");
    return line;
  } finally {
    clearTimeout(timer);
  }
}

function answerIn(line: string): WebSocketAnswer {
  const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(line) ?? [];
  if (status === "101") return { kind: "taken" };
  if (status === "403") return { kind: "refused" };
  return { kind: "unreachable", reason: "what listens there does not speak WebSocket" };
}
