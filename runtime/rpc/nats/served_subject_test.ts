import { serveSubject } from "./served_subject.ts";
import type { Principal } from "../../../contracts/identity/caller.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { assertEquals, assertGreater, assertStringIncludes, assertThrows } from "@std/assert";
import type { NatsConnection } from "@nats-io/transport-deno";
import type { IncomingRequest } from "../messaging.ts";
import {
  failureOf,
  MessagingTestServer,
  patiently,
} from "../../../tests/support/messaging_server.ts";
import { until } from "../../../tests/support/until.ts";

const SUBJECT = "rpc.v1.Test.*";

const ADA: Principal = { kind: "user", id: "ada" };

Deno.test("a plain client gets plain JSON, without headers, and the same errors", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  const ids: string[] = [];
  serveSubject(service, SUBJECT, "test", (request) => {
    ids.push(request.requestId);
    const { n } = JSON.parse(request.text() ?? "null");
    if (n > 0) request.reply(JSON.stringify({ double: n * 2 }));
    else request.fail(`{"type":"TooSmall"}`, 422, "too small\r\nX-Forged: 1");
  });
  await service.flush();
  const client = await server.plain();
  const reply = await client.request("rpc.v1.Test.anybody", `{"n":21}`);
  assertEquals(reply.json(), { double: 42 });
  assertEquals(reply.headers, undefined);
  const failed = await client.request("rpc.v1.Test.anybody", `{"n":0}`);
  assertEquals(failed.json(), { type: "TooSmall" });
  assertEquals(failed.headers?.get("Nats-Service-Error-Code"), "422");
  assertEquals(failed.headers?.get("Nats-Service-Error"), "too small X-Forged: 1");
  assertEquals(failed.headers?.keys().length, 2);
  // Requests without an id get one each.
  assertEquals(new Set(ids).size, 2);
  assertEquals(ids[0]?.length, 26);
});

Deno.test("a body that is not UTF-8 has no text", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  serveSubject(service, SUBJECT, "test", (request) => request.reply(String(request.text())));
  await service.flush();
  const client = await server.plain();
  const reply = await client.request("rpc.v1.Test.a", new Uint8Array([0xc3, 0x28]));
  assertEquals(reply.string(), "undefined");
  // A replacement character that was sent as such is text like any other.
  assertEquals((await client.request("rpc.v1.Test.a", "\uFFFD")).string(), "\uFFFD");
});

Deno.test("a message without a reply subject is no request", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  const bodies: unknown[] = [];
  serveSubject(service, SUBJECT, "test", (request) => {
    bodies.push(request.text());
    request.reply("");
  });
  await service.flush();
  const client = await server.plain();
  client.publish("rpc.v1.Test.a", "event");
  await client.request("rpc.v1.Test.a", "request");
  assertEquals(bodies, ["request"]);
});

Deno.test("what a stream delivers on a served subject is no request", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  const bodies: unknown[] = [];
  serveSubject(service, SUBJECT, "test", (request) => {
    bodies.push(request.text());
    request.reply("");
  });
  await service.flush();
  const client = await server.plain();
  // The server delivers once somebody asks for exactly this subject.
  client.subscribe("rpc.v1.Test.victim", { callback: () => {} });
  await api(client, "STREAM.CREATE.EV", { name: "EV", subjects: ["ev.>"] });
  await api(client, "CONSUMER.CREATE.EV.push", {
    stream_name: "EV",
    config: {
      name: "push",
      deliver_subject: "rpc.v1.Test.victim",
      ack_policy: "explicit",
    },
  });
  await client.request("ev.forged", "forged");
  await until(() => service.connection.stats().inMsgs > 0, "the message has been delivered");
  await client.request("rpc.v1.Test.a", "request");
  assertEquals(bodies, ["request"]);
});

Deno.test("a session that is no session token is answered with what to do", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  const sessions: string[] = [];
  serveSubject(service, SUBJECT, "test", (request) => sessions.push(request.session));
  await service.flush();
  const client = await server.plain();
  const reply = await client.request("rpc.v1.Test.ann@example", "");
  assertEquals(reply.headers?.get("Nats-Service-Error-Code"), "403");
  assertEquals(reply.json<{ code: string }>().code, "trellis.permission.denied");
  assertEquals(sessions, []);
});

Deno.test("secured, only the caller's own inbox gets an answer", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging({ secured: true });
  const principals: unknown[] = [];
  const sessions: string[] = [];
  serveSubject(service, SUBJECT, "test", (request) => {
    sessions.push(request.session);
    principals.push(request.principal);
    request.reply("ok");
  });
  await service.flush();
  const client = await server.messaging({ key: KeyPair.generate("user"), principal: ADA });
  const plain = await server.plain();
  const victim = "abcdefghijklmnop";
  for (const token of [`u-victim-${victim}`, victim]) {
    for (const reply of ["_INBOX.other.x", `_INBOX.${victim}x.x`, "$JS.API.STREAM.DELETE.EV"]) {
      plain.publish(`rpc.v1.Test.${token}`, "", { reply });
    }
  }
  await plain.flush();
  const reply = await client.request(`rpc.v1.Test.${client.caller}`, "", patiently());
  assertEquals(reply.orThrow().text, "ok");
  assertEquals(sessions, [client.session]);
  assertEquals(principals, [ADA]);
});

Deno.test("secured, a token that is nobody's comes from a tool of an admin, and is answered", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging({ secured: true });
  serveSubject(service, SUBJECT, "test", (request) => request.reply(`${request.principal?.kind}`));
  await service.flush();
  const plain = await server.plain();
  assertEquals((await plain.request("rpc.v1.Test.me", "")).string(), "undefined");
});

Deno.test("where nothing is enforced, nobody is who their subject says", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  serveSubject(service, SUBJECT, "test", (request) => request.reply(`${request.principal?.kind}`));
  await service.flush();
  const plain = await server.plain();
  const reply = await plain.request("rpc.v1.Test.u-ada-abcdefghijklmnop", "");
  assertEquals(reply.string(), "undefined");
});

Deno.test("an answer over the server's limit becomes a failure that says so", async () => {
  await using server = await MessagingTestServer.start({ maxPayload: 4096 });
  const service = await server.messaging();
  serveSubject(service, SUBJECT, "test", (request) => {
    if (request.text() === "fail") request.fail("x".repeat(4090), 400, "long");
    else request.reply("ä".repeat(2049));
  });
  await service.flush();
  const client = await server.messaging();
  for (const body of ["reply", "fail"]) {
    const result = await client.request(`rpc.v1.Test.${client.session}`, body, patiently());
    const { isError, text } = result.orThrow();
    assertEquals(isError, true);
    const { type, code, message } = JSON.parse(text);
    assertEquals([type, code], ["TransportError", "trellis.rpc.payload_too_large"]);
    assertStringIncludes(message, "4096");
  }
});

Deno.test("answering twice is a bug; a bug in a handler leaves the connection alive", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  serveSubject(service, SUBJECT, "test", (request) => {
    request.reply("first");
    request.fail("second", 500, "second");
  });
  await service.flush();
  const client = await server.messaging();
  const reported: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  globalThis.addEventListener("error", onError);
  try {
    for (let i = 0; i < 2; i++) {
      const result = await client.request(`rpc.v1.Test.${client.session}`, "", patiently());
      assertEquals(result.orThrow(), { isError: false, text: "first" });
    }
    await until(() => reported.length === 2, "the bug is reported");
    assertStringIncludes(String(reported[0]), "answered twice");
  } finally {
    globalThis.removeEventListener("error", onError);
  }
});

Deno.test("only literal tokens and a final * can be served", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  for (const wrong of ["rpc.v1.Test", "rpc.*.Test.*", "rpc.>", "*", ".*", "a..*", "a b.*", ""]) {
    assertThrows(() => serveSubject(service, wrong, "test", () => {}), TypeError, undefined, wrong);
  }
});

Deno.test("members of a queue group share the load", async () => {
  await using server = await MessagingTestServer.start();
  const taken = [0, 0, 0];
  for (const [i] of taken.entries()) {
    const service = await server.messaging();
    serveSubject(service, SUBJECT, "test", (request) => {
      taken[i] = (taken[i] ?? 0) + 1;
      request.reply("");
    });
    await service.flush();
  }
  const client = await server.messaging();
  const subject = `rpc.v1.Test.${client.session}`;
  const replies = await Promise.all(
    Array.from({ length: 300 }, () => client.request(subject, "", patiently())),
  );
  assertEquals(replies.every((reply) => reply.isOk()), true);
  assertEquals(taken.reduce((sum, n) => sum + n), 300);
  for (const n of taken) assertGreater(n, 30);
});

Deno.test("under load, a member that stops loses no request", async () => {
  await using server = await MessagingTestServer.start();
  const client = await server.messaging();
  const subject = `rpc.v1.Test.${client.session}`;
  const stays = await server.messaging();
  serveSubject(stays, SUBJECT, "test", (request) => request.reply("stays"));
  await stays.flush();
  const counts = { stays: 0, leaves: 0 };
  let failures = 0;
  let running = true;
  const callers = Array.from({ length: 32 }, async () => {
    while (running) {
      const result = await client.request(subject, "", patiently());
      if (result.isErr()) failures++;
      else counts[result.orThrow().text === "stays" ? "stays" : "leaves"]++;
    }
  });
  for (let round = 0; round < 5; round++) {
    const leaves = await server.messaging();
    let open = 0;
    const served = serveSubject(leaves, SUBJECT, "test", (request) => {
      open++;
      // Answers after a while, as a handler that waits for a bucket does.
      setTimeout(() => {
        request.reply("leaves");
        open--;
      }, 5);
    });
    const before = counts.leaves;
    await until(() => counts.leaves > before + 20, "the new member answers");
    await served.stop();
    await until(() => open === 0, "its handlers are done");
    await leaves.close();
  }
  running = false;
  await Promise.all(callers);
  assertEquals(failures, 0);
  assertGreater(counts.stays, 0);
});

Deno.test("a subject that may not be served is known after a flush, and tried again", async () => {
  const users = (deny: string) =>
    `authorization { users [ { user: ann, password: pw, permissions { subscribe: { deny: "${deny}" } } } ] }`;
  await using server = await MessagingTestServer.start({ configText: users("rpc.>") });
  const service = await server.messaging({ user: "ann", pass: "pw" });
  const served = serveSubject(service, SUBJECT, "test", (request) => request.reply("ok"));
  await service.flush();
  assertEquals(served.denied?.code, "trellis.permission.denied");

  await server.kill();
  await server.startAgain({ configText: users("nothing.>") });
  await until(() => served.denied === undefined, "the subject is served");
  await service.flush();
  const client = await server.plain({ user: "ann", pass: "pw" });
  assertEquals((await client.request("rpc.v1.Test.a", "")).string(), "ok");
});

Deno.test("answers and stops after the end of a connection are harmless", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  const held: IncomingRequest[] = [];
  const served = serveSubject(service, SUBJECT, "test", (request) => held.push(request));
  await service.flush();
  const client = await server.messaging();
  const subject = `rpc.v1.Test.${client.session}`;
  const waiting = client.request(subject, "", patiently({ timeoutMs: 100 }));
  await until(() => held.length === 1, "the request has arrived");
  await service.close();
  held[0]?.reply("too late");
  await served.stop();
  assertEquals(failureOf(await waiting).code, "trellis.rpc.timeout");
});

Deno.test("an answer just before the end of a connection is delivered", async () => {
  await using server = await MessagingTestServer.start();
  const service = await server.messaging();
  serveSubject(service, SUBJECT, "test", (request) => {
    request.reply("x".repeat(500_000));
    service.close();
  });
  await service.flush();
  const client = await server.messaging();
  const result = await client.request(`rpc.v1.Test.${client.session}`, "", patiently());
  assertEquals(result.orThrow().text.length, 500_000);
});

async function api(client: NatsConnection, subject: string, body: unknown): Promise<void> {
  const reply = await client.request(`$JS.API.${subject}`, JSON.stringify(body));
  const { error } = reply.json<{ error?: unknown }>();
  assertEquals(error, undefined);
}
