import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { err, ok } from "../../mod.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { pause } from "../../runtime/nats/pause.ts";
import { browserTest } from "../support/browser/browser_test.ts";
import { bundle } from "../support/browser/bundle.ts";
import { PageServer } from "../support/browser/page_server.ts";
import { openBrowser } from "../support/browser/shared_browser.ts";
import { provision } from "../support/deployed.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shared } from "../support/shared.ts";
import { EXPECTED, type Place } from "./checks.ts";
import { installPackage } from "./installed_package.ts";
import { app, echo, NotFoundError } from "./echo_contract.ts";

const NOWHERE = "127.0.0.1:9";

/** A Trellis whose server ends each connection after five seconds, and takes the page of `pages`. */
const started = shared(async () => {
  const pages = PageServer.start();
  const trellis = await SecuredTrellis.start({ connectionS: 5 }, { pageOrigins: [pages.origin] });
  const service = await trellis.deploy(echo);
  service.handle.rpc.echo.say(({ input }) => ok(input));
  service.handle.rpc.echo.find(({ input }) => err(new NotFoundError(input)));
  service.handle.rpc.echo.break(() => {
    throw new Error("broken");
  });
  service.handle.rpc.echo.wait(() => new Promise(() => {}));
  service.handle.rpc.echo.shout(({ input }) => ok(input));
  service.handle.operation.echo.keep(async ({ op }) =>
    (await op.transfer.completed()).map(({ size }) => ({ n: size }))
  );
  service.handle.operation.echo.repeat(async ({ op, input }) => {
    op.progress(input);
    return await op.signal("end");
  });
  service.handle.feed.echo.count(async function* ({ input, context: { signal } }) {
    for (let n = 1; await pause(10, signal); n++) {
      yield { value: { n } };
      if (input.text.startsWith("nobody")) return err(new NotFoundError(input));
    }
  });
  service.handle.rpc.echo.recording(async ({ transfer }) =>
    ok({ file: await transfer.grant("recording").orThrow() })
  );
  const kept = await service.store.kept.open().orThrow();
  await kept.put("recording", Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251))
    .orThrow();
  await service.serving();
  await provision(trellis.authority, app);
  return {
    trellis,
    pages,
    async [Symbol.asyncDispose]() {
      await trellis[Symbol.asyncDispose]();
      await pages[Symbol.asyncDispose]();
    },
  };
});

async function place(scheme: "nats" | "ws"): Promise<Place> {
  const { trellis: { platform, server } } = await started();
  const principal = { kind: "user", id: `${scheme}-${crypto.randomUUID().slice(0, 8)}` } as const;
  const session = (await platform.openUserSession({ principal, contract: app })).orThrow();
  return {
    trellisUrl: (scheme === "ws" ? server.webSocketUrl : server.url) ?? "",
    seed: session.seed ?? "",
    strangerSeed: KeyPair.generate("user").seed,
    nowhere: `${scheme}://${NOWHERE}`,
  };
}

/** Runs a program and reads what it prints. */
async function outcomesOf(program: string, args: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const said = new TextDecoder().decode(stdout);
  return said === "" ? new TextDecoder().decode(stderr) : JSON.parse(said);
}

Deno.test("the client does all of it in Deno, over TCP", async () => {
  const main = new URL("deno_main.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", main, JSON.stringify(await place("nats"))];
  assertEquals(await outcomesOf(Deno.execPath(), args), EXPECTED);
});

const installed = shared(() => installPackage());

async function outcomesInstalled(program: string): Promise<unknown> {
  const { main } = await installed();
  return await outcomesOf(program, [main, JSON.stringify(await place("nats"))]);
}

Deno.test("the client does all of it in Node, over TCP, installed from npm with its types", async () => {
  assertEquals(await outcomesInstalled("node"), EXPECTED);
});

/** Packages of npm with further runtimes, as `TRELLIS_TEST_RUNTIMES="node@20 node@22 bun"`. */
const RUNTIMES = Deno.env.get("TRELLIS_TEST_RUNTIMES")?.split(" ") ?? [];

for (const runtime of RUNTIMES) {
  Deno.test(`the client does all of it in ${runtime}, over TCP, installed from npm`, async () => {
    const { install } = await installed();
    const [name = ""] = runtime.split("@");
    assertEquals(await outcomesInstalled(join(await install(runtime), name)), EXPECTED);
  });
}

browserTest(
  "the client does all of it in a page under a strict policy, over WebSocket, and in no foreign page",
  async () => {
    const { pages } = await started();
    const at = await place("ws");
    const script = await bundle(new URL("page_main.ts", import.meta.url), "browser");
    pages.serve(script, [at.trellisUrl, at.nowhere]);
    await using browser = await openBrowser();
    const said: string[] = [];
    const run = async (origin: string) => {
      const page = await (await browser.person()).newPage();
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      await page.goto(origin);
      return await page.evaluate(
        (place) => Reflect.get(globalThis, "runChecks")(place),
        at,
      );
    };
    assertEquals(await run(pages.origin), EXPECTED);
    assertEquals(said.filter((line) => /policy|eval/i.test(line)), []);
    const refused = await run(pages.otherOrigin).catch(String);
    assertStringIncludes(String(refused), "no connection to NATS");
  },
);
