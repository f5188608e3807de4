import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Portal } from "../../cli/portal/portal.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { TrellisClient } from "../../mod.ts";
import { logIn } from "../../runtime/session/log_in.ts";
import { app, guarded, serveGuarded } from "../support/platform/desk.ts";
import { LocalOidcProvider } from "../support/platform/local_oidc_provider.ts";
import { keptLogins } from "../support/platform/kept_logins.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { IdleFlood } from "../support/platform/idle_flood.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { TempProject } from "./support/temp_project.ts";
import { type Answer, startTrellisCommand, trellis } from "./support/trellis_command.ts";

const PASSWORD = "correct horse battery";

/** A server with a portal, and a machine that has no keys of it. */
class Elsewhere implements AsyncDisposable {
  private constructor(
    readonly server: SecuredTrellis,
    private readonly portal: Portal,
    private readonly home: TempProject,
    readonly provider: LocalOidcProvider,
  ) {}

  static async start(): Promise<Elsewhere> {
    const portal = (await Portal.listen(0)).orThrow();
    const server = await SecuredTrellis.start({ portal: portal.url });
    const { platform, authority } = server;
    const onError = (cause: unknown) => server.failures.push(cause);
    const home = await TempProject.empty();
    const provider = await LocalOidcProvider.start();
    await home.write("oidc.json", JSON.stringify({ providers: [settingsOf(provider)] }));
    await home.write("secret", provider.clientSecret);
    await Deno.chmod(`${home.dir}/secret`, 0o600);
    const project = home.dir;
    portal.serve({
      ...keptLogins(server),
      platform,
      authority,
      mode: "strict",
      now: Date.now,
      onError,
      pageOrigins: [],
      servers: [],
      project,
    });
    await serveGuarded(await server.deploy(guarded));
    return new Elsewhere(server, portal, home, provider);
  }

  get options() {
    const { dir } = this.home;
    return { cwd: dir, env: { XDG_CONFIG_HOME: dir, NATS_URL: this.server.url } };
  }

  run(...words: readonly string[]): Promise<Answer> {
    return trellis(words, this.options);
  }

  /** Everything that is kept of logins on the machine. */
  async kept() {
    const files = (await Array.fromAsync(Deno.readDir(`${this.home.dir}/trellis/logins`))
      .catch(() => [])).map(({ name }) => `${this.home.dir}/trellis/logins/${name}`);
    return await Promise.all(files.map(async (file) => (await Deno.stat(file)).mode! & 0o777));
  }

  /** From now on nothing can be kept of logins: the folder leads nowhere. */
  async spoilKeeping(): Promise<void> {
    await Deno.remove(`${this.home.dir}/trellis`, { recursive: true });
    await Deno.symlink(`${this.home.dir}/nowhere/at/all`, `${this.home.dir}/trellis`);
  }

  /** What a browser gets; a post where there is a form. */
  async #browse(url: string, cookie = "", form?: Record<string, string>): Promise<Headers> {
    const { body, headers } = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { Origin: this.portal.url, Cookie: cookie },
      ...(form && { body: new URLSearchParams(form) }),
    });
    await body?.cancel();
    return headers;
  }

  /** Opens more connections to the portal than it takes at once, and says nothing on them. */
  flood(): Promise<IdleFlood> {
    return IdleFlood.open(this.portal.url, 700);
  }

  /** Signs somebody in with a password on the page of a login, and answers the cookie. */
  async withPassword(link: string, name: string): Promise<string | undefined> {
    return cookieOf(await this.#browse(link, "", { name, password: PASSWORD }));
  }

  /** The same by the provider, as whoever is there. */
  async withProvider(link: string): Promise<string | undefined> {
    const form = { login: link.split("/").at(-1) ?? "" };
    const begun = await this.#browse(`${this.portal.url}/oidc/local/begin`, "", form);
    const back = await this.provider.follow(begun.get("Refresh")?.replace("0; url=", "") ?? "");
    return cookieOf(await this.#browse(back.href, cookieOf(begun)));
  }

  /** Logs in with a command, whose link is approved by whoever signs in there. */
  async login(signIn: (link: string) => Promise<string | undefined>): Promise<number> {
    await using command = startTrellisCommand(["login"], this.options);
    await command.until("this code");
    await this.approve(command.stderr.match(/http\S+/)?.[0] ?? "", signIn);
    return await command.ended();
  }

  /** Approves a login as whoever signs in. */
  async approve(
    link: string,
    signIn: (link: string) => Promise<string | undefined>,
  ): Promise<void> {
    await this.#browse(`${link}/decision`, await signIn(link), { decision: "approve" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.portal[Symbol.asyncDispose]();
    await this.provider[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

/** Lets in everybody whom the provider knows. */
function settingsOf({ issuer, clientId }: LocalOidcProvider) {
  return { name: "local", issuer, clientId, clientSecretFile: "secret", createUsers: true };
}

function cookieOf(headers: Headers): string | undefined {
  const cookies = headers.getSetCookie().filter((cookie) => !cookie.includes("Max-Age=0"));
  return cookies[0]?.split(";")[0];
}

const elsewhere = shared(() => Elsewhere.start());

Deno.test("an admin logs in from another place, acts as one, and logs out, while idle connections flood the portal", async () => {
  const place = await elsewhere();
  using flood = await place.flood();
  const { users } = place.server.platform;
  const { id } = (await users.add({ name: "ada", password: PASSWORD, admin: true }, "test"))
    .orThrow();
  const before = await place.run("status");
  assertEquals(before.code, 5);
  assertStringIncludes(before.stderr, "trellis login");
  assertEquals((await place.run("whoami")).code, 4);
  assertEquals([
    await place.login((link) => place.withPassword(link, "ada")),
    await place.kept(),
  ], [0, [0o600]]);
  assert(flood.closed > 0, "some have given way");
  const me = await place.run("whoami", "--json");
  const { name, principal, server } = JSON.parse(me.stdout);
  assertEquals([name, principal], ["ada", { kind: "admin", id }]);
  assertEquals(server, place.server.url);
  const granted = await place.run("grants", "add", "user:eva", "desk.refund");
  assertEquals(granted.code, 0, granted.stderr);
  assertStringIncludes((await place.run("login")).stderr, "you are logged in already");
  const eva = { kind: "user", id: "eva" } as const;
  const { session } = (await place.server.platform.openUserSession({ principal: eva })).orThrow();
  assertStringIncludes((await place.run("sessions", "list")).stdout, session);
  const ended = await place.run("sessions", "revoke", "user:eva");
  assertEquals(ended.stdout, `revoked ${session} of user:eva\n`);
  assertEquals((await place.run("sessions", "revoke", "user:eva")).code, 4);
  // Others have more than are listed at once, and so has she.
  const open = async (principal: Principal) =>
    (await place.server.platform.openUserSession({ principal })).orThrow().session;
  const hers = [
    await open(eva),
    ...await Promise.all(Array.from({ length: 500 }, () => open(eva))),
  ];
  const others = await Promise.all(
    Array.from({ length: 500 }, (_, at) => open({ kind: "user", id: `u${at}` })),
  );
  const listed = async (of: string) =>
    (JSON.parse((await place.run("sessions", "list", "--of", of, "--json")).stdout) as {
      session: string;
    }[]).map(({ session }) => session).toSorted();
  assertEquals(await listed("user:eva"), hers.toSorted());
  assertEquals(await listed(hers[0]!), [hers[0]!]);
  const one = await place.run("sessions", "revoke", hers[0]!);
  assertEquals([one.code, one.stdout], [0, `revoked ${hers[0]} of user:eva\n`], one.stderr);
  const all = await place.run("sessions", "revoke", "user:eva");
  assertEquals([all.code, all.stdout.trim().split("\n").length], [0, 500], all.stderr);
  assertEquals((await place.run("sessions", "revoke", "user:eva")).code, 4);
  assertEquals(await listed("user:u0"), [others[0]!]);
  assertEquals((await place.run("logout")).code, 0);
  assertEquals([(await place.run("whoami")).code, await place.kept()], [4, []]);
});

Deno.test("a user who comes by a provider calls from a terminal what they may, and nothing that takes an admin", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  place.provider.person = { sub: "bob" };
  assertEquals(await place.login((link) => place.withProvider(link)), 0);
  const [{ id } = { id: "" }] = (await users.list()).orThrow()
    .filter(({ name }) => name.startsWith("local-"));
  const call = (rpc: string) => place.run("call", rpc, '{"id":"1"}', "--json");
  assertEquals(JSON.parse((await call("Desk.Read")).stdout), { id: "1" });
  const denied = await call("Desk.Refund");
  assertEquals([denied.code, JSON.parse(denied.stderr).error.code], [
    1,
    "trellis.permission.denied",
  ]);
  assertStringIncludes((await place.run("status")).stderr, "takes an admin");
  (await users.disable(id, "test")).orThrow();
  assertEquals((await place.run("whoami")).code, 4);
  assertEquals((await place.run("logout")).code, 0);
});

Deno.test("whoever has logged in sees and ends their own sessions from a terminal, and nobody else's", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  const gina = (await users.add({ name: "gina", password: PASSWORD }, "test")).orThrow();
  const hal = (await users.add({ name: "hal" }, "test")).orThrow();
  const open = async (id: string) =>
    (await place.server.platform.openUserSession({ principal: { kind: "user", id } })).orThrow()
      .session;
  const [other, ofHal] = [await open(gina.id), await open(hal.id)];
  const list = async () =>
    JSON.parse((await place.run("sessions", "list", "--json")).stdout) as {
      session: string;
      name: string;
      isCurrent: boolean;
    }[];
  assertEquals(await place.login((link) => place.withPassword(link, "gina")), 0);
  const own = await list();
  assertEquals(own.map(({ name, isCurrent }) => [name, isCurrent]), [["gina", true], [
    "gina",
    false,
  ]]);
  assertEquals(own[1]?.session, other);
  const shown = await place.run("sessions", "list");
  assertStringIncludes(shown.stdout, `user:gina (${gina.id})`);
  assertStringIncludes(shown.stderr, `you act here by ${own[0]?.session}`);
  for (const target of [ofHal, "user:hal"]) {
    assertEquals((await place.run("sessions", "revoke", target)).code, 4, target);
  }
  const ended = await place.run("sessions", "revoke", other);
  assertEquals([ended.code, ended.stdout], [0, `revoked ${other} of user:gina (${gina.id})\n`]);
  assertEquals((await list()).length, 1);
  const all = await place.run("sessions", "revoke", "user:gina");
  assertEquals([all.code, all.stderr.includes("your login here")], [0, true], all.stderr);
  await until(async () => (await place.run("whoami")).code === 4, "the login has ended");
  assertEquals((await place.run("logout")).code, 0);
});

Deno.test("Ctrl-C while a login waits leaves no key behind, and nobody can approve it any more", async () => {
  const place = await elsewhere();
  await using command = startTrellisCommand(["login"], place.options);
  await command.until("this code");
  command.signal();
  assertEquals([await command.ended(), await place.kept()], [130, []]);
  const link = command.stderr.match(/http\S+/)?.[0] ?? "";
  const { status, body } = await fetch(link);
  await body?.cancel();
  assertEquals(status, 410);
});

Deno.test("a session whose key is not kept has ended: of a login that another one replaced, or that cannot be written", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  const { id } = (await users.add({ name: "dora", password: PASSWORD }, "test")).orThrow();
  const store = await NatsSessionStore.open(place.server.messaging.connection);
  const open = async () =>
    (await store.list()).filter(({ principal, revokedAt }) =>
      principal.id === id && revokedAt === undefined
    ).length;
  const as = (link: string) => place.withPassword(link, "dora");
  // Begun while nobody is logged in, and approved when somebody is.
  const second = place.login(async (link) => {
    assertEquals([await place.login(as), await open()], [0, 1]);
    return await as(link);
  });
  assertEquals(await second, 0);
  // The platform answers first, and then ends a session.
  await until(async () => await open() === 1, "one session is left");
  assertEquals((await place.run("whoami")).code, 0);
  assertEquals((await place.run("logout")).code, 0);
  const spoiled = place.login(async (link) => {
    await place.spoilKeeping();
    return await as(link);
  });
  assertEquals(await spoiled, 1);
  await until(async () => await open() === 0, "no session is left");
  // Nobody is asked to log in for what cannot be kept.
  const { code, stderr } = await place.run("login");
  assertEquals([code, stderr.includes("/login/")], [1, false]);
});

Deno.test("an app has a person log in where its key lets nobody in, and keeps the new one", async () => {
  const place = await elsewhere();
  const { platform } = place.server;
  const cleo = { name: "cleo", password: PASSWORD, admin: true } as const;
  const { id } = (await platform.users.add(cleo, "test")).orThrow();
  const seeds: string[] = [];
  const read = async () => {
    let shown = 0;
    await using client = await TrellisClient.connect({
      contract: app,
      trellisUrl: place.server.url,
      sessionKeySeed: seeds[0],
      login: {
        device: "cleo's phone",
        show({ url }) {
          shown++;
          place.approve(url, (link) => place.withPassword(link, "cleo"));
        },
        keep: (seed) => void seeds.unshift(seed),
      },
    }).orThrow();
    await client.rpc.desk.read({ id: "1" }).orThrow();
    return [shown, seeds.length];
  };
  assertEquals([await read(), await read()], [[1, 1], [0, 1]]);
  (await platform.revoke({ principal: { kind: "user", id } }, "test")).orThrow();
  assertEquals(await read(), [1, 2]);
});

Deno.test("who was let in by a portal that was lost then, and has forgotten it, is logged in", async () => {
  const place = await elsewhere();
  const { platform, url } = place.server;
  let publicKey = "";
  let looks = 0;
  await using portal = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (ask) => {
      const origin = new URL(ask.url).origin;
      if (ask.url.endsWith("/challenges")) return Response.json({ challenge: "a", origin });
      if (ask.method === "POST") {
        publicKey = (await ask.json()).publicKey;
        return Response.json({ id: "a", url: `${origin}/a`, code: "A", expiresAt: "soon" });
      }
      if (looks++ === 0) return new Response("no answer", { status: 502 });
      (await platform.openUserSession({ principal: { kind: "user", id: "finn" }, publicKey }))
        .orThrow();
      return Response.json({ state: "expired" }, { status: 404 });
    },
  );
  const done = await logIn({
    servers: url,
    name: "test",
    device: "a laptop",
    newKey: () => KeyPair.generate("user"),
    portal: `http://127.0.0.1:${portal.addr.port}`,
    show() {},
  });
  assertEquals(done.orThrow().kind, "new");
});

Deno.test("a login whose key an app cannot keep has ended", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  const ivo = { name: "ivo", password: PASSWORD, admin: true } as const;
  const { id } = (await users.add(ivo, "test")).orThrow();
  const store = await NatsSessionStore.open(place.server.messaging.connection);
  const connecting = TrellisClient.connect({
    contract: app,
    trellisUrl: place.server.url,
    login: {
      device: "a full disk",
      show: ({ url }) => place.approve(url, (link) => place.withPassword(link, "ivo")),
      keep: () => Promise.reject(new Error("no space left")),
    },
  });
  await assertRejects(async () => await connecting, Error, "no space left");
  const theirs = async () => (await store.list()).filter(({ principal }) => principal.id === id);
  assertEquals((await theirs()).length, 1);
  // The platform answers first, and then ends a session.
  await until(
    async () => (await theirs()).every(({ revokedAt }) => revokedAt !== undefined),
    "the session has ended",
  );
});
