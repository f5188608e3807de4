/** A TCP listener on a free port that treats every connection as it is told, to play servers that misbehave. */
export class FakeServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;
  readonly #open = new Set<Deno.Conn>();
  /** How many connections came so far. */
  accepted = 0;

  /** `treat` gets each connection, which is closed when it returns. */
  constructor(treat: (conn: Deno.TcpConn) => Promise<void> | void) {
    this.#serving = this.#serve(treat);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** `host:port` for clients. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async #serve(treat: (conn: Deno.TcpConn) => Promise<void> | void): Promise<void> {
    const treated: Promise<void>[] = [];
    try {
      for await (const conn of this.#listener) {
        this.accepted++;
        this.#open.add(conn);
        treated.push(this.#treat(conn, treat));
      }
    } finally {
      await Promise.all(treated);
    }
  }

  async #treat(conn: Deno.TcpConn, treat: (conn: Deno.TcpConn) => Promise<void> | void) {
    try {
      await treat(conn);
    } catch {
      // The client hung up first, which is part of what is being tested.
    } finally {
      if (this.#open.delete(conn)) conn.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) conn.close();
    this.#open.clear();
    await this.#serving;
  }
}

/** The INFO line of a server that wants nothing in particular. */
export function infoLine(info: Record<string, unknown> = {}): string {
  const basics = { server_id: "FAKE", version: "2.14.0", proto: 1, max_payload: 1048576 };
  return `INFO ${JSON.stringify({ ...basics, headers: true, ...info })}\r\n`;
}

/** Writes `text` and nothing less. */
export async function say(conn: Deno.Conn, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
}

/** Reads until `text` has been seen or the client is gone. */
export async function hear(conn: Deno.Conn, text: string): Promise<void> {
  const buffer = new Uint8Array(4096);
  const decoder = new TextDecoder();
  let heard = "";
  while (!heard.includes(text)) {
    const count = await conn.read(buffer);
    if (count === null) return;
    heard += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
}
