import { assertEquals } from "@std/assert";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { freePort } from "../../../tests/support/server_process.ts";

const CLIENT = new URL("../../../tests/support/nats/late_key_client.ts", import.meta.url);

/** A client over WebSocket, and what it says, one after the other. */
class Client implements Disposable {
  readonly #channel: BroadcastChannel;
  readonly #worker: Worker;
  readonly #said: string[] = [];
  #more = Promise.withResolvers<void>();

  constructor(settings: Readonly<Record<string, string>>) {
    const channel = crypto.randomUUID();
    this.#channel = new BroadcastChannel(channel);
    this.#channel.onmessage = ({ data }) => {
      this.#said.push(data);
      this.#more.resolve();
    };
    const address = new URL(`?${new URLSearchParams({ ...settings, channel })}`, CLIENT);
    this.#worker = new Worker(address, { type: "module" });
  }

  /** Waits until it says something that begins so. */
  async says(start: string): Promise<string> {
    for (;;) {
      for (let said = this.#said.shift(); said !== undefined; said = this.#said.shift()) {
        if (said.startsWith(start)) return said;
      }
      this.#more = Promise.withResolvers();
      await this.#more.promise;
    }
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
    this.#channel.close();
  }
}

function webSocketServer() {
  const port = freePort();
  const configText = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
  return { server: `ws://127.0.0.1:${port}`, configText };
}

Deno.test("a key that signs late answers the challenge of each connect, and one that fails ends it", async () => {
  const { server, configText } = webSocketServer();
  await using secured = await SecuredServer.start({ configText });
  const admitted: string[] = [];
  await secured.answer(({ publicKey = "" }) => {
    admitted.push(publicKey);
    return Promise.resolve({ name: "late" });
  });
  using client = new Client({ server });
  const [, publicKey = ""] = (await client.says("connected")).split(" ");
  assertEquals(admitted, [publicKey]);
  await secured.kill();
  await client.says("disconnected");
  await secured.startAgain();
  await client.says("reconnected");
  assertEquals(admitted, [publicKey, publicKey]);
  using failing = new Client({ server, fails: "" });
  assertEquals(await failing.says("trellis."), "trellis.connection.refused");
  assertEquals(admitted.length, 2);
});
