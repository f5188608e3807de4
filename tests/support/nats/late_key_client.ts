/**
 * A client in a worker of its own, because connections over WebSocket and over TCP do not go together in one.
 * Its key signs late, as those of browsers do. It says what happens to its connection on a channel.
 *
 * Its address says how it connects: `server`, `channel`, and whether the key `fails`.
 */
import { WebKey } from "../../../contracts/identity/web_key.ts";
import "../../../runtime/host/web_host.ts";
import { openConnection } from "../../../runtime/nats/connection.ts";

const { searchParams } = new URL(import.meta.url);
const channel = new BroadcastChannel(searchParams.get("channel") ?? "");
const say = (text: string) => channel.postMessage(text);
const key = await WebKey.generate();

const opened = await openConnection({
  servers: searchParams.get("server") ?? "",
  name: "late",
  key: {
    publicKey: key.publicKey,
    async sign(bytes) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (searchParams.has("fails")) throw new Error("this key is forgotten");
      return await key.sign(bytes);
    },
  },
  onStatus: ({ kind }) => say(kind),
});
say(opened.isErr() ? opened.error.code : `connected ${key.publicKey}`);
