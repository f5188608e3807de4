/** The app of the desk as a web page. A test does with it what its person would, through {@link Desk}. */
import { BrowserKey, isErr, TrellisClient } from "../../../client.ts";
import { readKept } from "../../../runtime/page/key_database.ts";
import { app } from "../platform/desk.ts";

/** What a test asks of the page; errors are told by their codes. */
export interface Desk {
  /** Connects, and has its person log in: the page may be left for that. */
  open(trellisUrl: string): Promise<string>;
  read(id: string): Promise<string>;
  logOut(): Promise<string>;
  /** The public half of the key that is kept, and what became of reading out the private one. */
  key(): Promise<string>;
}

const connect = (trellisUrl: string) =>
  TrellisClient.connect({ contract: app, trellisUrl, login: "page" });

let client: Awaited<ReturnType<ReturnType<typeof connect>["orThrow"]>> | undefined;

const desk: Desk = {
  async open(trellisUrl) {
    const connected = (await connect(trellisUrl)).take();
    if (isErr(connected)) return connected.error.code;
    client = connected;
    return "connected";
  },
  async read(id) {
    const answer = (await client?.rpc.desk.read({ id }, { timeoutMs: 1000 }))?.take();
    return isErr(answer) ? answer.error.name : `read ${answer?.id}`;
  },
  async logOut() {
    const ended = (await client?.logOut())?.take();
    await BrowserKey.forget(app);
    return isErr(ended) ? ended.error.name : "logged out";
  },
  async key() {
    const key = await BrowserKey.load(app);
    return key === undefined ? "none" : [key.publicKey, ...await readOut()].join();
  },
};

/** Tries each format on the private half as it is kept. */
async function readOut(): Promise<readonly string[]> {
  const { privateKey } = await readKept(app.id) as CryptoKeyPair;
  const { subtle } = crypto;
  const tries = [
    subtle.exportKey("pkcs8", privateKey),
    subtle.exportKey("jwk", privateKey),
    subtle.exportKey("raw", privateKey),
  ];
  return (await Promise.allSettled(tries)).map((tried) =>
    tried.status === "fulfilled" ? "it was read out" : String(tried.reason.name)
  );
}

Reflect.set(globalThis, "desk", desk);
