// What the tests of this folder share; it holds no test itself.
import { findServerBinary } from "../../cli/nats_server/binary/server_binary.ts";
import { startServer } from "../../cli/nats_server/start_server.ts";
import type { StartServerOptions } from "../../cli/nats_server/start_server_options.ts";
import type { ServerProcess } from "../../cli/nats_server/server_process.ts";

/** The server program that Trellis itself would run here. */
export const binary = (await findServerBinary()).orThrow().path;

/** True where processes have no signals to speak of. */
export const onWindows = Deno.build.os === "windows";

/** A directory that goes away with its block. */
export async function temporaryDir(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "trellis nats " });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Starts a server or fails the test. */
export async function start(
  storeDir: string,
  more: Partial<StartServerOptions> = {},
): Promise<ServerProcess> {
  return (await startServer({ binary, storeDir, ...more })).orThrow();
}

/** A listener that says `greeting` to everyone who connects, nothing when that is undefined. */
export function listenAndSay(
  greeting: string | Uint8Array<ArrayBuffer> | undefined,
  then: "hold" | "close" = "hold",
): AsyncDisposable & { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const bytes = typeof greeting === "string" ? new TextEncoder().encode(greeting) : greeting;
  const serve = (async () => {
    for await (const connection of listener) {
      // A prober may be gone before it is greeted.
      if (bytes !== undefined) await connection.write(bytes).catch(() => 0);
      if (then === "close") connection.close();
      else connections.push(connection);
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) connection.close();
      await serve;
    },
  };
}

/** The `INFO` line of a server with these properties. */
export function infoLine(more: Record<string, unknown>): string {
  const info = { server_id: "NID", server_name: "old", max_payload: 1048576, ...more };
  return `INFO ${JSON.stringify(info)}\r\n`;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** One request over a connection of its own, in NATS' plain protocol; answers the reply's body. */
export async function request(port: number, subject: string, body: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const length = new TextEncoder().encode(body).length;
  const said = `CONNECT {"verbose":false,"pedantic":false}\r\nSUB _INBOX.t 1\r\n` +
    `PUB ${subject} _INBOX.t ${length}\r\n${body}\r\n`;
  await connection.write(new TextEncoder().encode(said));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let heard = "";
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`the server hung up after: ${heard}`);
    heard += decoder.decode(buffer.subarray(0, count), { stream: true });
    const message = /\r\nMSG _INBOX\.t 1 (\d+)\r\n/.exec(heard);
    if (message === null) continue;
    const from = message.index + message[0].length;
    const size = Number(message[1]);
    if (heard.length >= from + size) return heard.slice(from, from + size);
  }
}

/** Makes a stream and stores one message in it, acknowledged. */
export async function storeMessage(port: number): Promise<void> {
  const config = JSON.stringify({ name: "KEEP", subjects: ["keep.*"], storage: "file" });
  await request(port, "$JS.API.STREAM.CREATE.KEEP", config);
  const ack = await request(port, "keep.it", "worth keeping");
  if (!ack.includes(`"seq":1`)) throw new Error(`not stored: ${ack}`);
}

/** How many messages the stream of {@link storeMessage} holds. */
export async function storedMessages(port: number): Promise<unknown> {
  return JSON.parse(await request(port, "$JS.API.STREAM.INFO.KEEP", "")).state?.messages;
}

/**
 * Runs a program text in a Deno process of its own; `startServer` and `options` are there for it. Answers
 * the process and the first line that it prints.
 */
export async function runApart(
  storeDir: string,
  program: string,
): Promise<{ child: Deno.ChildProcess; line: string; rest: Promise<string> }> {
  const code = `
    import { startServer } from ${
    JSON.stringify(import.meta.resolve("../../cli/nats_server/start_server.ts"))
  };
    import { probeServer } from ${
    JSON.stringify(import.meta.resolve("../../cli/nats_server/probe/probe_server.ts"))
  };
    const options = ${JSON.stringify({ binary, storeDir })};
    ${program}
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--quiet", `data:text/typescript,${encodeURIComponent(code)}`],
    stdin: "null",
    stdout: "piped",
    detached: true,
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader.read();
  const rest = (async () => {
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    return text;
  })();
  return { child, line: first.value?.trim() ?? "", rest };
}
