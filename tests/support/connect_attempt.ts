import type { KeyPair } from "../../contracts/identity/key_pair.ts";

/** What a client says of itself when it connects, as NATS' protocol has it. */
export type ConnectOptions = Readonly<Record<string, unknown>>;

/**
 * Connects in NATS' plain protocol, so that anything can be said, and answers what the server says to it:
 * `PONG` when it lets the client in, `-ERR …` when not.
 *
 * @param say what to say, from the server's challenge
 */
export async function attemptConnect(
  url: string,
  say: (nonce: string) => ConnectOptions,
): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const reader = lines(connection);
  const info = JSON.parse((await reader.next()).value?.slice("INFO ".length) ?? "{}");
  const options = {
    verbose: false,
    pedantic: false,
    lang: "test",
    version: "1",
    ...say(info.nonce),
  };
  const said = `CONNECT ${JSON.stringify(options)}\r\nPING\r\n`;
  // A server that refuses may close while it is still told something.
  await connection.write(new TextEncoder().encode(said)).catch(() => 0);
  for await (const line of reader) if (!line.startsWith("INFO ")) return line;
  return "closed";
}

/** The signature under a challenge, as clients send it. */
export function signatureOf(key: KeyPair, nonce: string): string {
  const signature = key.sign(new TextEncoder().encode(nonce));
  return signature.toBase64({ alphabet: "base64url", omitPadding: true });
}

async function* lines(connection: Deno.Conn): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  let heard = "";
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return;
    heard += decoder.decode(buffer.subarray(0, count), { stream: true });
    for (let end = heard.indexOf("\r\n"); end >= 0; end = heard.indexOf("\r\n")) {
      yield heard.slice(0, end);
      heard = heard.slice(end + 2);
    }
  }
}
