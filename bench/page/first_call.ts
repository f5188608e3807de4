/** A page that calls as soon as it can, with the key that its browser keeps; the first visit makes the key. */
import { BrowserKey, TrellisClient } from "../../client.ts";
import { app } from "../../tests/portable/echo_contract.ts";

/** Milliseconds until the first answer. */
export interface FirstCall {
  readonly sinceNavigation: number;
  readonly sinceScript: number;
}

async function makeKey(): Promise<string> {
  const key = await BrowserKey.generate();
  await key.keep(app);
  return key.publicKey;
}

async function firstCall(): Promise<FirstCall | undefined> {
  const key = await BrowserKey.load(app);
  if (key === undefined) return undefined;
  const trellisUrl = new URLSearchParams(location.search).get("trellis") ?? "";
  const client = await TrellisClient.connect({ contract: app, trellisUrl, sessionKey: key })
    .orThrow();
  await client.rpc.echo.say({ text: "ada@example.org" }).orThrow();
  const sinceNavigation = performance.now();
  const started: number = Reflect.get(globalThis, "scriptStarted");
  return { sinceNavigation, sinceScript: sinceNavigation - started };
}

Reflect.set(globalThis, "makeKey", makeKey);
Reflect.set(globalThis, "called", firstCall());
