/**
 * Evaluates contract files in a process that may do nothing but read them. What it says is text,
 * which the receiver does not trust either.
 *
 * @module
 */
// Loaded while the order is awaited.
import "../define/check_contracts.ts";
import "../define/define.ts";
import { evaluateFile, failure, prepareRealm } from "./evaluate_file.ts";
import type { EvaluationMessage, EvaluationOrder } from "./evaluation_message.ts";
import { guardRealm } from "./realm_guard.ts";

type Send = (message: EvaluationMessage) => void;

let text = "";
for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) text += part;
const { mark, urls }: EvaluationOrder = JSON.parse(text);
const { exit } = Deno;
await evaluateAll(urls, sender(mark));
exit();

async function evaluateAll(urls: readonly string[], send: Send): Promise<void> {
  const turn = turns();
  const strays: unknown[] = [];
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    strays.push(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    strays.push(event.error);
  });
  prepareRealm((evaluation) => send({ kind: "settled", evaluation, stray: true, intact: false }));
  const isIntact = guardRealm();
  for (const url of urls) {
    strays.length = 0;
    send({ kind: "started" });
    const evaluation = await evaluateFile(url);
    // Unhandled rejections are reported in the next turn of the event loop.
    await turn();
    const stray = strays.length > 0 && evaluation.kind !== "threw";
    send({
      kind: "settled",
      evaluation: stray ? failure(strays[0]) : evaluation,
      stray,
      intact: isIntact(),
    });
  }
}

/** Says messages on standard output, by functions that contracts cannot replace, behind a mark that they never see. */
function sender(mark: string): Send {
  const { stringify } = JSON;
  const encoder = new TextEncoder();
  const encode = encoder.encode.bind(encoder);
  const write = Deno.stdout.writeSync.bind(Deno.stdout);
  const { apply } = Reflect;
  const { subarray } = Uint8Array.prototype;
  return (message) => {
    let rest: Uint8Array = encode(`\n${mark}${stringify(message)}\n`);
    for (let length = rest.length; length > 0;) {
      const written = write(rest);
      length -= written;
      rest = apply(subarray, rest, [written]);
    }
  };
}

/** Waits for the next turn of the event loop: a message to oneself, a timer would take 2 ms. */
function turns(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  let wake = () => {};
  port1.onmessage = () => wake();
  const knock = port2.postMessage.bind(port2);
  return () =>
    new Promise((resolve) => {
      wake = resolve;
      knock(0);
    });
}
