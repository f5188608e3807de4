import { assertEquals, assertStringIncludes } from "@std/assert";
import { provision } from "../../support/deployed.ts";
import { ordersRpc } from "../../support/orders_rpc.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { TempProject } from "../support/temp_project.ts";
import { trellis } from "../support/trellis_command.ts";

Deno.test("export writes the contracts of a project, or one of them, always the same", async () => {
  await using project = await TempProject.shop();
  const run = (...words: readonly string[]) => trellis(["export", ...words], { cwd: project.dir });
  const all = await run("asyncapi");
  assertEquals([all.code, all.stderr], [0, ""]);
  const document = JSON.parse(all.stdout);
  assertEquals(document.info.title, "Shop");
  assertEquals(document.channels["rpc.v1.Shop.Add"].address, "rpc.v1.Shop.Add.{caller}");
  assertEquals((await run("asyncapi", "shop@v1")).stdout, all.stdout);
  assertEquals((await run("asyncapi", "contracts/shop.ts")).stdout, all.stdout);
  const line = await run("asyncapi", "--json");
  assertEquals([line.stdout.split("\n").length, JSON.parse(line.stdout)], [2, document]);

  const written = await run("openapi", "--out", "out/openapi.json", "--json");
  assertEquals(JSON.parse(written.stdout), {
    file: "out/openapi.json",
    form: "openapi",
    contracts: ["shop@v1"],
  });
  assertEquals(JSON.parse(await project.read("out/openapi.json")).openapi, "3.1.0");
});

Deno.test("export says what it cannot find, and takes one source", async () => {
  await using project = await TempProject.shop();
  const cases = [
    [["asyncapi", "stop@v1"], 4, "it has shop@v1"],
    [["asyncapi", "nothing.ts"], 4, "nothing.ts"],
    [["wsdl"], 2, "must be one of asyncapi, openapi, json-schema"],
    [["openapi", "shop@v1", "--deployment", "shop"], 2, "leave one of them out"],
  ] as const;
  for (const [words, code, said] of cases) {
    const answer = await trellis(["export", ...words], { cwd: project.dir });
    assertEquals([answer.code, answer.stdout], [code, ""], answer.stderr);
    assertStringIncludes(answer.stderr, said);
  }
});

Deno.test("export --deployment writes what is accepted there", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), ordersRpc, "north");
  const run = (deployment: string) =>
    trellis(["export", "asyncapi", "--deployment", deployment, "--nats", server.url]);
  const { code, stdout, stderr } = await run("north");
  assertEquals(code, 0, stderr);
  const { info, channels, operations } = JSON.parse(stdout);
  assertStringIncludes(info.description, "accepted for the deployment north, in version 1");
  const names = Object.values(ordersRpc.manifest.rpc ?? {}).map(({ subject }) => subject);
  assertEquals(names.filter((name) => channels[name] === undefined), []);
  assertEquals(operations[names[0] ?? ""].bindings.nats.queue, "north");
  assertEquals((await run("south")).code, 4);
});
