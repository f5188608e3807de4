/** The app of the desk as a web page; a test drives it by what it puts on `desk`. */
import { BrowserKey, isErr, TrellisClient } from "../../../client.ts";
import { app } from "../platform/desk.ts";

const connect = (trellisUrl: string, login?: "page") =>
  TrellisClient.connect({ contract: app, trellisUrl, ...(login && { login }) });

let client: Awaited<ReturnType<ReturnType<typeof connect>["orThrow"]>> | undefined;

/** What a test asks of the page. Errors are told by their code. */
const desk = {
  /** Logs its person in where nobody is; the page may be left. */
  async open(trellisUrl: string): Promise<string> {
    const connected = await connect(trellisUrl, "page");
    if (connected.isErr()) return connected.error.code;
    client = connected.value;
    return "connected";
  },
  async read(id: string): Promise<string> {
    const answer = (await client?.rpc.desk.read({ id }))?.take();
    return isErr(answer) ? answer.error.name : `read ${answer?.id}`;
  },
  async logOut(): Promise<string> {
    const ended = await client?.logOut();
    await BrowserKey.forget(app);
    return ended?.isOk() === true ? "logged out" : `${ended?.isErr() && ended.error}`;
  },
  /** The public half of the key that is kept, and what became of reading out the private one. */
  async key(): Promise<readonly string[]> {
    const key = await BrowserKey.load(app);
    return key === undefined ? [] : [key.publicKey, ...await privateParts()];
  },
};

/** Tries each format on the key as it is kept. */
async function privateParts(): Promise<readonly string[]> {
  const { readKept } = await import("../../../runtime/page/key_database.ts");
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
