import { assert, assertEquals } from "@std/assert";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { Reply, RequestOptions } from "./messaging.ts";
import { untilAnswered } from "./until_answered.ts";

type Answer = Result<Reply, TransportError>;

const DONE: Answer = ok({ isError: false, text: "done" });

function failure(code: TransportError["code"], isOutcomeUnknown = false): Answer {
  return err(new TransportError({ message: code, code, hint: "", isOutcomeUnknown }));
}

const OFFLINE = failure("trellis.connection.down");
const LOST = failure("trellis.connection.lost", true);
const UNSERVED = failure("trellis.rpc.unavailable");

/** Asks once; the answers are given one after the other, the last one again and again. */
async function ask(
  answers: readonly (Answer | Promise<Answer>)[],
  options: Partial<RequestOptions> = {},
) {
  const sent: RequestOptions[] = [];
  const sender = untilAnswered({
    caller: "session",
    request: (_subject, _body, options) => {
      sent.push(options);
      return Promise.resolve(answers[Math.min(sent.length, answers.length) - 1] ?? DONE);
    },
  });
  const answer = await sender.request("rpc.v1.State.Put", "{}", {
    timeoutMs: 500,
    requestId: "id",
    ...options,
  });
  return { answer, sent };
}

Deno.test("a request whose answer was lost is sent again with the same id, within its time", async () => {
  const { answer, sent } = await ask([LOST, OFFLINE, UNSERVED, DONE], { timeoutMs: 5000 });
  assertEquals(answer, DONE);
  assertEquals(sent.map(({ requestId }) => requestId), ["id", "id", "id", "id"]);
  for (const { timeoutMs } of sent.slice(1)) assert(timeoutMs < 5000, String(timeoutMs));
});

Deno.test("what was not sent, or was refused, ends as any other call", async () => {
  for (const failed of [OFFLINE, UNSERVED, failure("trellis.permission.denied")]) {
    const { answer, sent } = await ask([failed]);
    assertEquals([answer, sent.length], [failed, 1]);
  }
});

Deno.test("what cannot be learned in time is the error that left it open", async () => {
  const { answer, sent } = await ask([LOST, OFFLINE], { timeoutMs: 300 });
  assertEquals(answer, LOST);
  assert(sent.length > 2, String(sent.length));
});

Deno.test("a slow request is sent again, and the first answer to any of them counts", async () => {
  const never = new Promise<Answer>(() => {});
  assertEquals((await ask([never, DONE], { timeoutMs: 200 })).answer, DONE);
  // Whoever serves it may come back in between.
  assertEquals((await ask([never, UNSERVED, UNSERVED, DONE], { timeoutMs: 1000 })).answer, DONE);
  const late = Promise.withResolvers<Answer>();
  const asked = ask([late.promise, UNSERVED], { timeoutMs: 200 });
  setTimeout(() => late.resolve(DONE), 150);
  assertEquals((await asked).answer, DONE);
});

Deno.test("that another process cannot do it now says nothing of what the first has done", async () => {
  const declared = (retryable: boolean): Answer =>
    ok({ isError: true, text: JSON.stringify({ type: "StateError", retryable }) });
  const [busy, refused] = [declared(true), declared(false)];
  assertEquals((await ask([busy])).sent.length, 1);
  assertEquals((await ask([LOST, busy], { timeoutMs: 300 })).answer, LOST);
  assertEquals((await ask([LOST, busy, DONE])).answer, DONE);
  assertEquals((await ask([LOST, busy, refused])).answer, refused);
  const late = Promise.withResolvers<Answer>();
  const asked = ask([late.promise, LOST, busy], { timeoutMs: 300 });
  setTimeout(() => late.resolve(busy), 200);
  assertEquals((await asked).answer, LOST);
});

Deno.test("what a process leaves open is asked for again, and told as open where nobody says more", async () => {
  const open = (retryable: boolean): Answer =>
    ok({ isError: true, text: JSON.stringify({ reason: "unknown_outcome", retryable }) });
  const busy: Answer = ok({ isError: true, text: JSON.stringify({ retryable: true }) });
  for (const unknown of [open(true), open(false)]) {
    assertEquals((await ask([unknown, busy, UNSERVED, DONE])).answer, DONE);
    assertEquals((await ask([unknown, busy], { timeoutMs: 300 })).answer, unknown);
    assertEquals((await ask([unknown, OFFLINE], { timeoutMs: 300 })).answer, unknown);
  }
});

Deno.test("nothing is sent again after the caller has stopped waiting", async () => {
  const stop = new AbortController();
  stop.abort();
  const { answer, sent } = await ask([LOST], { signal: stop.signal });
  assertEquals([answer, sent.length], [LOST, 1]);
});
