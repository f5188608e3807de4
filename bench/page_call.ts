import { ok } from "../mod.ts";
import { PageServer } from "../tests/support/browser/page_server.ts";
import { TestBrowser } from "../tests/support/browser/test_browser.ts";
import { provision } from "../tests/support/deployed.ts";
import { SecuredTrellis } from "../tests/support/platform/secured_trellis.ts";
import { app, echo } from "../tests/portable/echo_contract.ts";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";
import { bundlePage } from "./page/bundle_page.ts";
import type { FirstCall } from "./page/first_call.ts";

/** How soon a page in Chromium has its first answer, with a key that its browser has kept. */
export const pageCall: Measurement = async ({ quick, say }) => {
  say("deno bundle");
  const script = await bundlePage("first_call.ts");
  await using pages = PageServer.start();
  await using trellis = await SecuredTrellis.start({}, { pageOrigins: [pages.origin] });
  const service = await trellis.deploy(echo);
  service.handle.rpc.echo.say(({ input }) => ok(input));
  await provision(trellis.authority, app);
  const { webSocketUrl = "" } = trellis.server;
  pages.serve(`globalThis.scriptStarted=performance.now();${script}`, [webSocketUrl]);
  await using browser = await TestBrowser.start();
  const person = await browser.person();
  const address = `${pages.origin}/?${new URLSearchParams({ trellis: webSocketUrl })}`;
  const first = await person.newPage();
  await first.goto(address);
  const publicKey: string = await first.evaluate(() => Reflect.get(globalThis, "makeKey")());
  const principal = { kind: "user", id: "ada" } as const;
  (await trellis.platform.openUserSession({ principal, contract: app, publicKey })).orThrow();
  await first.close();
  const calls: FirstCall[] = [];
  for (let visit = -1; visit < (quick ? 5 : 20); visit++) {
    say(`visit ${visit + 1}`);
    const page = await person.newPage();
    await page.goto(address);
    const call: FirstCall = await page.evaluate(() => Reflect.get(globalThis, "called"));
    if (visit >= 0) calls.push(call);
    await page.close();
  }
  return [
    alone(
      { name: "first answer in a page, since it is opened", unit: "ms" },
      calls.map(({ sinceNavigation }) => sinceNavigation),
    ),
    alone(
      { name: "the same, since its script runs", unit: "ms" },
      calls.map(({ sinceScript }) => sinceScript),
    ),
  ];
};
