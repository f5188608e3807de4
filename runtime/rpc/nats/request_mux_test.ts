import { serveSubject } from "./served_subject.ts";
import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { assertStringIncludes, assertThrows } from "@std/assert";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { IncomingRequest, RequestOptions } from "../messaging.ts";
import {
  failureOf,
  MessagingTestServer,
  patiently,
} from "../../../tests/support/messaging_server.ts";
import { until } from "../../../tests/support/until.ts";
import type { NatsMessaging } from "./nats_messaging.ts";

/** Serves `rpc.v1.Test.*` on its own connection. */
async function serve(
  server: MessagingTestServer,
  handle: (request: IncomingRequest) => void,
): Promise<NatsMessaging> {
  const service = await server.messaging();
  serveSubject(service, "rpc.v1.Test.*", "test", handle);
  await service.flush();
  return service;
}

function subjectOf(client: NatsMessaging): string {
  return `rpc.v1.Test.${client.session}`;
}

Deno.test("a request arrives with its headers, and its reply comes back", async () => {
  await using server = await MessagingTestServer.start();
  const seen: unknown[] = [];
  await serve(server, (request) => {
    const { subject, session, requestId, traceparent, contractDigest } = request;
    seen.push({ subject, session, requestId, traceparent, contractDigest });
    request.reply(`<${request.text()}>`);
  });
  const client = await server.messaging({ contractDigest: "digest-43" });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const subject = subjectOf(client);
  const reply = await client.request(
    subject,
    "hällo",
    patiently({ requestId: "r-1", traceparent }),
  );
  assertEquals(reply.orThrow(), { isError: false, text: "<hällo>" });
  const session = client.session;
  const expected = { subject, session, requestId: "r-1", traceparent, contractDigest: "digest-43" };
  assertEquals(seen, [expected]);
});

Deno.test("512 requests in flight each get their own reply", async () => {
  await using server = await MessagingTestServer.start();
  const held: IncomingRequest[] = [];
  await serve(server, (request) => {
    held.push(request);
    if (held.length < 512) return;
    for (const waiting of held.reverse()) waiting.reply(`${waiting.text()}!`);
  });
  const client = await server.messaging();
  const replies = await Promise.all(
    Array.from(
      { length: 512 },
      (_, i) => client.request(subjectOf(client), `${i}`, patiently()),
    ),
  );
  assertEquals(
    replies.map((reply) => reply.orThrow().text),
    Array.from({ length: 512 }, (_, i) => `${i}!`),
  );
  assertEquals(client.waiting, 0);
});

Deno.test("an error reply is marked as one", async () => {
  await using server = await MessagingTestServer.start();
  await serve(server, (request) => request.fail(`{"type":"Gone"}`, 410, "gone"));
  const client = await server.messaging();
  const reply = await client.request(subjectOf(client), "", patiently());
  assertEquals(reply.orThrow(), { isError: true, text: `{"type":"Gone"}` });
});

Deno.test("without anybody serving the subject, a request fails at once", async () => {
  await using server = await MessagingTestServer.start();
  const client = await server.messaging();
  const failure = failureOf(await client.request(subjectOf(client), "{}", patiently()));
  assertEquals(failure.code, "trellis.rpc.unavailable");
  assertStringIncludes(failure.message, "rpc.v1.Test");
  assertEquals(failure.message.includes(client.session), false);
});

Deno.test("request request has its own timeout, whatever the order they were sent in", async () => {
  await using server = await MessagingTestServer.start();
  await serve(server, (request) => {
    if (request.text() === "answer") request.reply("");
  });
  const client = await server.messaging();
  const controller = new AbortController();
  const long = client.request(subjectOf(client), "", patiently({ signal: controller.signal }));
  const start = performance.now();
  await Promise.all([150, 20, 90, 5].map(async (timeoutMs) => {
    const result = await client.request(subjectOf(client), "", patiently({ timeoutMs }));
    assertEquals(failureOf(result).code, "trellis.rpc.timeout");
    assertStringIncludes(failureOf(result).message, ` ${timeoutMs} ms`);
    assertGreaterOrEqual(performance.now() - start, timeoutMs - 1);
  }));
  assertEquals(client.waiting, 1);
  controller.abort();
  assertEquals(failureOf(await long).code, "trellis.rpc.aborted");
  for (const timeoutMs of [Infinity, 2 ** 40]) {
    const answer = await client.request(subjectOf(client), "answer", patiently({ timeoutMs }));
    assert(answer.isOk());
  }
  for (const timeoutMs of [0, -1, NaN]) {
    assertThrows(() => client.request(subjectOf(client), "", patiently({ timeoutMs })), RangeError);
  }
});

Deno.test("late and second replies are dropped", async () => {
  await using server = await MessagingTestServer.start();
  const responder = await server.plain();
  const replies: string[] = [];
  responder.subscribe("rpc.v1.Test.*", {
    callback: (_cause, msg) => {
      replies.push(msg.reply ?? "");
      if (msg.string() === "twice") {
        msg.respond("first");
        msg.respond("second");
      }
    },
  });
  await responder.flush();
  const client = await server.messaging();
  const late = await client.request(subjectOf(client), "late", patiently({ timeoutMs: 20 }));
  assertEquals(failureOf(late).code, "trellis.rpc.timeout");
  await until(() => replies.length === 1, "the late request has arrived");
  responder.publish(replies[0] ?? "", "too late");
  await responder.flush();
  const twice = await client.request(subjectOf(client), "twice", patiently());
  assertEquals(twice.orThrow().text, "first");
  await responder.flush();
  await client.flush();
  assertEquals(client.waiting, 0);
  assertEquals(new Set(replies).size, 2);
});

Deno.test("an aborted signal ends the wait, before or after sending", async () => {
  await using server = await MessagingTestServer.start();
  let arrived = 0;
  await serve(server, () => arrived++);
  const client = await server.messaging();
  const controller = new AbortController();
  const options = patiently({ signal: controller.signal });
  const waiting = client.request(subjectOf(client), "", options);
  await until(() => arrived === 1, "the request has arrived");
  controller.abort();
  const aborted = failureOf(await waiting);
  assertEquals(aborted.code, "trellis.rpc.aborted");
  assertStringIncludes(aborted.message, "unknown");
  assertEquals(client.waiting, 0);

  const refused = failureOf(await client.request(subjectOf(client), "", options));
  assertEquals(refused.code, "trellis.rpc.aborted");
  await client.flush();
  assertEquals(arrived, 1);
});

Deno.test("a body over the server's limit is not sent, and the connection goes on", async () => {
  await using server = await MessagingTestServer.start({ maxPayload: 4096 });
  let arrived = 0;
  await serve(server, (request) => {
    arrived++;
    request.reply("ok");
  });
  const client = await server.messaging();
  assertEquals(client.maxPayload, 4096);
  // Under the limit, but not together with the headers.
  for (const length of [4090, 5000]) {
    const result = await client.request(subjectOf(client), "x".repeat(length), patiently());
    assertEquals(failureOf(result).code, "trellis.rpc.payload_too_large");
  }
  const result = await client.request(subjectOf(client), "x".repeat(3900), patiently());
  assertEquals(result.orThrow().text, "ok");
  assertEquals(arrived, 1);
});

Deno.test("a reply that is not UTF-8 is malformed", async () => {
  await using server = await MessagingTestServer.start();
  const responder = await server.plain();
  responder.subscribe("rpc.v1.Test.*", {
    callback: (_cause, msg) => void msg.respond(new Uint8Array([0x22, 0xff, 0x22])),
  });
  await responder.flush();
  const client = await server.messaging();
  const failure = failureOf(await client.request(subjectOf(client), "", patiently()));
  assertEquals(failure.code, "trellis.rpc.malformed_reply");
});

Deno.test("a killed server fails what waits at once; a restarted one serves again", async () => {
  await using server = await MessagingTestServer.start();
  let arrived = 0;
  await serve(server, (request) => {
    arrived++;
    if (request.text() === "answer") request.reply("ok");
  });
  const client = await server.messaging();
  const waiting = Array.from(
    { length: 100 },
    () => client.request(subjectOf(client), "", patiently()),
  );
  await until(() => arrived === 100, "all requests have arrived");
  const start = performance.now();
  await server.kill();
  for (const result of await Promise.all(waiting)) {
    assertEquals(failureOf(result).code, "trellis.connection.lost");
    assertStringIncludes(failureOf(result).message, "unknown");
  }
  const refused = failureOf(await client.request(subjectOf(client), "", patiently()));
  assertEquals(refused.code, "trellis.connection.down");
  assertStringIncludes(refused.message, "not sent");
  assertLess(performance.now() - start, 60_000);

  await server.startAgain();
  let answer = await client.request(subjectOf(client), "answer", patiently());
  const deadline = performance.now() + 10_000;
  while (answer.isErr() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    answer = await client.request(subjectOf(client), "answer", patiently());
  }
  assertEquals(answer.orThrow().text, "ok");
  // What was refused while the link was down has not been carried out later.
  assertEquals(arrived, 101);
});

Deno.test("a request that waits for the connection is sent when it is back, and once", async () => {
  await using server = await MessagingTestServer.start();
  let arrived = 0;
  await serve(server, (request) => {
    arrived++;
    request.reply("ok");
  });
  const client = await server.messaging();
  await server.kill();
  await until(() => !client.line.up, "the loss is known");
  const whileDisconnected = "wait";
  const request = (options: Partial<RequestOptions> = {}) =>
    client.request(subjectOf(client), "", patiently({ whileDisconnected, ...options }));

  const late = failureOf(await request({ timeoutMs: 50 }));
  assertEquals(late.code, "trellis.connection.down");
  assertStringIncludes(late.message, "not sent");
  const aborted = failureOf(await request({ signal: AbortSignal.timeout(20) }));
  assertEquals(aborted.code, "trellis.rpc.aborted");
  assertStringIncludes(aborted.message, "not sent");

  const waiting = Array.from({ length: 100 }, () => request());
  await server.startAgain();
  const answers = await Promise.all(waiting);
  // The service may be back a moment later than its callers.
  const unserved = answers.filter((answer) => answer.isErr());
  for (const answer of unserved) assertEquals(failureOf(answer).code, "trellis.rpc.unavailable");
  assertEquals(arrived, 100 - unserved.length);
});

Deno.test("a request that waits for a connection that is closed fails, with the reason", async () => {
  await using server = await MessagingTestServer.start();
  const client = await server.messaging();
  await server.kill();
  await until(() => !client.line.up, "the loss is known");
  const options = patiently({ whileDisconnected: "wait" });
  const waiting = client.request(subjectOf(client), "", options);
  const code = "trellis.session.refused";
  await client.close(new TransportError({ message: "it is over", code, hint: "Go." }));
  for (const answer of [await waiting, await client.request(subjectOf(client), "", options)]) {
    assertEquals(failureOf(answer).code, code);
    assertStringIncludes(failureOf(answer).message, "not sent: it is over");
  }
  assertEquals((await client.closed())?.code, code);
});

Deno.test("a server that freezes fails what waits within a few seconds", async () => {
  await using server = await MessagingTestServer.start();
  let arrived = 0;
  await serve(server, () => arrived++);
  const client = await server.messaging();
  const waiting = client.request(subjectOf(client), "", patiently());
  await until(() => arrived === 1, "the request has arrived");
  server.freeze();
  try {
    assertEquals(failureOf(await waiting).code, "trellis.connection.lost");
  } finally {
    server.resume();
  }
});

Deno.test("closing fails what waits, and everything after", async () => {
  await using server = await MessagingTestServer.start();
  await serve(server, () => {});
  const client = await server.messaging();
  const waiting = client.request(subjectOf(client), "", patiently());
  await client.close();
  assertEquals(failureOf(await waiting).code, "trellis.connection.closed");
  const after = await client.request(subjectOf(client), "", patiently());
  assertEquals(failureOf(after).code, "trellis.connection.closed");
  assertEquals(await client.closed(), undefined);
});

Deno.test("a denied publish fails its own requests at once, and no others", async () => {
  const configText = `authorization { users [
    { user: ann, password: pw, permissions { publish: { deny: "rpc.v1.Secret.>" } } }
  ] }`;
  await using server = await MessagingTestServer.start({ configText });
  const client = await server.messaging({ user: "ann", pass: "pw" });
  const held: IncomingRequest[] = [];
  serveSubject(client, "rpc.v1.Test.*", "test", (request) => held.push(request));
  const allowed = client.request(subjectOf(client), "", patiently());
  const denied = client.request(`rpc.v1.Secret.${client.session}`, "", patiently());
  assertEquals(failureOf(await denied).code, "trellis.permission.denied");
  await until(() => held.length === 1, "the other request has arrived");
  held[0]?.reply("ok");
  assertEquals((await allowed).orThrow().text, "ok");
});

Deno.test("without permission for its inbox, a session's requests are not sent", async () => {
  const users = (deny: string) =>
    `authorization { users [ { user: ann, password: pw, permissions { subscribe: { deny: "${deny}" } } } ] }`;
  await using server = await MessagingTestServer.start({ configText: users("_INBOX.>") });
  let arrived = 0;
  const client = await server.messaging({ user: "ann", pass: "pw" });
  serveSubject(client, "rpc.v1.Test.*", "test", (request) => {
    arrived++;
    request.reply("ok");
  });
  await client.flush();
  const before = arrived;
  const failure = failureOf(await client.request(subjectOf(client), "", patiently()));
  assertEquals(failure.code, "trellis.permission.denied");
  assertStringIncludes(failure.message, "inbox");
  assertEquals(arrived, before);

  await server.kill();
  await server.startAgain({ configText: users("nothing.>") });
  const deadline = performance.now() + 10_000;
  let answer = await client.request(subjectOf(client), "", patiently());
  while (answer.isErr() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    answer = await client.request(subjectOf(client), "", patiently());
  }
  assertEquals(answer.orThrow().text, "ok");
});

Deno.test("header injection is impossible", async () => {
  await using server = await MessagingTestServer.start();
  const seen: unknown[] = [];
  await serve(server, (request) => {
    seen.push([request.requestId, request.traceparent, request.contractDigest]);
    request.reply(request.text() ?? "");
  });
  const client = await server.messaging();
  const subject = subjectOf(client);
  const injected = "x\r\nTrellis-Contract: forged\r\n\r\nbody";
  for (const requestId of [injected, "", "a b", "a\nb", "ä", "x".repeat(129)]) {
    assertThrows(() => client.request(subject, "", patiently({ requestId })), TypeError);
  }
  const options = patiently({ requestId: "r-1", traceparent: injected });
  assertEquals((await client.request(subject, "body", options)).orThrow().text, "body");
  assertEquals(seen, [["r-1", undefined, undefined]]);
});
