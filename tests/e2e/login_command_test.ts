import { assertEquals, assertStringIncludes } from "@std/assert";
import { Portal } from "../../cli/portal/portal.ts";
import { guarded, serveGuarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shared } from "../support/shared.ts";
import { TempProject } from "./support/temp_project.ts";
import { type Answer, startTrellisCommand, trellis } from "./support/trellis_command.ts";

const PASSWORD = "correct horse battery";

/** A server with a portal, and a machine that has no keys of it. */
class Elsewhere implements AsyncDisposable {
  private constructor(
    readonly server: SecuredTrellis,
    private readonly portal: Portal,
    private readonly home: TempProject,
  ) {}

  static async start(): Promise<Elsewhere> {
    const portal = Portal.listen(0).orThrow();
    const server = await SecuredTrellis.start({ portal: portal.url });
    const { platform, authority } = server;
    const onError = (cause: unknown) => server.failures.push(cause);
    portal.serve({ platform, authority, mode: "strict", now: Date.now, onError });
    await serveGuarded(await server.deploy(guarded));
    return new Elsewhere(server, portal, await TempProject.empty());
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

  /** Waits for the link of a login, signs somebody in there, and approves. */
  async approve(command: ReturnType<typeof startTrellisCommand>, name: string) {
    await command.until("this code");
    const link = command.stderr.match(/http\S+/)?.[0] ?? "";
    const post = (path: string, form: Record<string, string>, cookie = "") =>
      fetch(link + path, {
        method: "POST",
        redirect: "manual",
        headers: { Origin: this.portal.url, Cookie: cookie },
        body: new URLSearchParams(form),
      });
    const signedIn = await post("", { name, password: PASSWORD });
    await signedIn.body?.cancel();
    const cookie = signedIn.headers.get("Set-Cookie")?.split(";")[0];
    await (await post("/decision", { decision: "approve" }, cookie)).body?.cancel();
  }

  async login(name: string): Promise<number> {
    await using command = startTrellisCommand(["login"], this.options);
    await this.approve(command, name);
    return await command.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.portal[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

const elsewhere = shared(() => Elsewhere.start());

Deno.test("an admin logs in from another place, acts as one, and logs out", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  const { id } = (await users.add({ name: "ada", password: PASSWORD, admin: true }, "test"))
    .orThrow();
  const before = await place.run("status");
  assertEquals(before.code, 5);
  assertStringIncludes(before.stderr, "trellis login");
  assertEquals((await place.run("whoami")).code, 4);
  assertEquals([await place.login("ada"), await place.kept()], [0, [0o600]]);
  const me = await place.run("whoami", "--json");
  const { name, principal, server } = JSON.parse(me.stdout);
  assertEquals([name, principal], ["ada", { kind: "admin", id }]);
  assertEquals(server, place.server.url);
  const granted = await place.run("grants", "add", "user:eva", "desk.refund");
  assertEquals(granted.code, 0, granted.stderr);
  assertStringIncludes((await place.run("login")).stderr, "you are logged in already");
  assertEquals((await place.run("logout")).code, 0);
  assertEquals([(await place.run("whoami")).code, await place.kept()], [4, []]);
});

Deno.test("a user calls from a terminal what they may, and nothing that takes an admin", async () => {
  const place = await elsewhere();
  const { users } = place.server.platform;
  const { id } = (await users.add({ name: "bob", password: PASSWORD }, "test")).orThrow();
  assertEquals(await place.login("bob"), 0);
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
