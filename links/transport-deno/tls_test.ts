import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  connect,
  ConnectionError,
  type ConnectionOptions,
  InvalidArgumentError,
  type TlsOptions,
} from "@nats-io/transport-deno";
import { type Certificate, CertificateAuthority } from "./testing/certificates.ts";
import { NatsServer } from "./testing/nats_server.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const authority = new CertificateAuthority("transport tests");
const trusted = authority.issue("server");
const client = authority.issue("client");
const stranger = new CertificateAuthority("somebody else").issue("stranger");

/** A server, and the files of the test in a directory of their own. */
class TlsFixture implements AsyncDisposable {
  private constructor(readonly dir: string, readonly server: NatsServer) {}

  static async start(tls = "", rest = "", certificate: Certificate = trusted): Promise<TlsFixture> {
    const dir = await Deno.makeTempDir();
    const files = {
      "ca.pem": authority.cert,
      "server.pem": certificate.cert,
      "server.key": certificate.key,
      "client.pem": client.cert,
      "client.key": client.key,
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${dir}/${name}`, text);
    }
    const server = await NatsServer.start(`tls {
      cert_file: "${dir}/server.pem", key_file: "${dir}/server.key", ca_file: "${dir}/ca.pem"
      ${tls}
    }
    ${rest}`);
    return new TlsFixture(dir, server);
  }

  /** Connects, checks that messages pass, and closes. */
  async exchange(
    tls: TlsOptions | null | undefined,
    options: ConnectionOptions = {},
  ): Promise<void> {
    const servers = this.server.address;
    await using nc = await connect({ servers, tls, timeout: 2000, reconnect: false, ...options });
    const payload = crypto.getRandomValues(new Uint8Array(60_000));
    nc.subscribe("echo", { callback: (_err, msg) => void msg.respond(msg.data) });
    for (let i = 0; i < 5; i++) assertEquals((await nc.request("echo", payload)).data, payload);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}

Deno.test("a required TLS is taken up, with the CA as text or as file, by address and by name", async () => {
  await using fixture = await TlsFixture.start();
  await fixture.exchange({ ca: authority.cert });
  await fixture.exchange({ caFile: `${fixture.dir}/ca.pem` });
  await fixture.exchange({ ca: authority.cert }, { servers: `localhost:${fixture.server.port}` });
});

Deno.test("TLS before INFO", async () => {
  await using fixture = await TlsFixture.start("handshake_first: true");
  await fixture.exchange({ ca: authority.cert, handshakeFirst: true });
  const servers = `localhost:${fixture.server.port}`;
  await fixture.exchange({ ca: authority.cert, handshakeFirst: true }, { servers });
});

Deno.test("an offered TLS is used, unless it is declined", async () => {
  await using fixture = await TlsFixture.start("", "allow_non_tls: true");
  await fixture.exchange({ ca: authority.cert });
  await fixture.exchange(null);
  const err = await assertRejects(() => fixture.exchange(undefined), ConnectionError);
  assertInstanceOf(err.cause, Error, "an offered TLS is not skipped because the CA is unknown");
});

Deno.test("TLS that the server does not have is refused", async () => {
  await using server = await NatsServer.start();
  await assertRejects(
    () => connect({ servers: server.address, tls: {} }),
    ConnectionError,
    "does not support 'tls'",
  );
});

Deno.test("a server with a certificate of somebody else is refused, at once", async () => {
  for (const handshakeFirst of [false, true]) {
    await using fixture = await TlsFixture.start(
      handshakeFirst ? "handshake_first: true" : "",
      "",
      stranger,
    );
    const err = await assertRejects(
      () => fixture.exchange({ ca: authority.cert, handshakeFirst }),
      ConnectionError,
    );
    assertInstanceOf(err.cause, Error);
  }
});

Deno.test("a client shows its certificate, before and after INFO", async () => {
  for (const handshakeFirst of [false, true]) {
    await using fixture = await TlsFixture.start(
      `verify: true, ${handshakeFirst ? "handshake_first: true" : ""}`,
    );
    const { dir } = fixture;
    await fixture.exchange({ ca: authority.cert, ...client, handshakeFirst });
    const [caFile, certFile, keyFile] = [`${dir}/ca.pem`, `${dir}/client.pem`, `${dir}/client.key`];
    await fixture.exchange({ caFile, certFile, keyFile, handshakeFirst });
  }
});

Deno.test("a client without the wanted certificate is refused without harm", async () => {
  await using fixture = await TlsFixture.start("verify: true");
  await assertRejects(() => fixture.exchange({ ca: authority.cert }, { timeout: 500 }), Error);
  await assertRejects(
    () => fixture.exchange({ ca: authority.cert, ...stranger }, { timeout: 500 }),
    Error,
  );
});

Deno.test("a client with a certificate checks the server too", async () => {
  await using fixture = await TlsFixture.start("verify: true", "", stranger);
  await assertRejects(() => fixture.exchange({ ca: authority.cert, ...client }), ConnectionError);
  await using plain = await NatsServer.start();
  await assertRejects(
    () => connect({ servers: plain.address, tls: { ca: authority.cert, ...client } }),
    ConnectionError,
    "does not support 'tls'",
  );
});

Deno.test("a client with a certificate meets a refused connection like any other", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(
    () => connect({ servers: `127.0.0.1:${port}`, tls: { ...client } }),
    ConnectionError,
    "connection refused",
  );
});

Deno.test("TLS connections reconnect", async () => {
  for (const certificate of [{}, client]) {
    await using fixture = await TlsFixture.start();
    const nc = await connect({
      servers: fixture.server.address,
      tls: { ca: authority.cert, ...certificate },
      reconnectTimeWait: 20,
      reconnectJitterTLS: 0,
      maxReconnectAttempts: -1,
    });
    const reconnected = (async () => {
      for await (const status of nc.status()) if (status.type === "reconnect") return;
    })();
    await fixture.server.kill();
    await fixture.server.restart();
    await reconnected;
    await nc.flush();
    await nc.close();
  }
});

Deno.test("a close while the server takes nothing ends a connection with a certificate", async () => {
  await using fixture = await TlsFixture.start("verify: true");
  const nc = await connect({
    servers: fixture.server.address,
    tls: { ca: authority.cert, ...client },
  });
  fixture.server.pause();
  for (let i = 0; i < 40; i++) nc.publish("stuck", new Uint8Array(500_000));
  await nc.close();
  fixture.server.resume();
});

Deno.test("TLS options that cannot work are refused with the option's name", async () => {
  await using fixture = await TlsFixture.start();
  await assertRejects(
    () => fixture.exchange({ caFile: `${fixture.dir}/none.pem` }),
    ConnectionError,
    "tls.caFile",
  );
  await assertRejects(
    () => fixture.exchange({ cert: client.cert }),
    InvalidArgumentError,
    "tls.key",
  );
  await assertRejects(() => fixture.exchange({ ca: "no certificate" }), ConnectionError);
});
