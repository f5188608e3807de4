import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import configuration from "../../deno.json" with { type: "json" };
import { RunningProcess } from "../e2e/support/running_process.ts";
import { TempProject } from "../e2e/support/temp_project.ts";
import { deno, ROOT } from "../e2e/support/trellis_command.ts";
import { shared } from "../support/shared.ts";
import { LocalRegistry } from "./local_registry.ts";
import { publishPackage, publishStandIn } from "./publish_package.ts";

const PACKAGE = configuration.name;
const STAND_INS = configuration.workspace.filter((folder) => folder.startsWith("./links/"));

/** A registry that has this package, and those that it and a new project need from JSR. */
const registry = shared(async () => {
  const registry = new LocalRegistry();
  await Promise.all([
    publishPackage(registry, ROOT),
    ...STAND_INS.map((folder) => publishStandIn(registry, join(ROOT, folder))),
  ]);
  return registry;
});

/** Variables of a machine that has run nothing from JSR yet, and has no server; packages of npm it may have. */
async function freshMachine(place: TempProject): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await deno(["info", "--json"]);
  const { npmCache }: { npmCache: string } = JSON.parse(stdout);
  await Deno.mkdir(place.path("deno_dir"));
  await Deno.symlink(npmCache, place.path("deno_dir/npm"));
  return {
    DENO_DIR: place.path("deno_dir"),
    JSR_URL: (await registry()).url,
    PATH: pathWithoutServer(),
    NO_COLOR: "1",
  };
}

/** The server comes from npm, as on most machines. */
function pathWithoutServer(): string {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return folders.filter((folder) => !existsSync(join(folder, "nats-server"))).join(delimiter);
}

Deno.test("what is published is what a service imports and runs, and nothing else", async () => {
  const files = (await registry()).files(PACKAGE);
  const allowed =
    /^\/(?:(?:cli|contracts|reconcile|runtime)\/.*\.ts|cli\/console\/.*\.(?:tsx|css|js)|[a-z]+\.ts|deno\.json|[A-Z]+(?:\.md)?)$/;
  assertEquals(files.filter((file) => !allowed.test(file)), []);
  const unwanted = /_test\.ts$|\/testdata\/|recording_/;
  assertEquals(files.filter((file) => unwanted.test(file)), []);
  for (const file of Object.values(configuration.exports)) assert(files.includes(file.slice(1)));
});

Deno.test("what is published imports nothing by a name of the import map", async () => {
  // The scaffold holds the imports of a new project.
  const modules = [...(await registry()).texts(PACKAGE)]
    .filter(([file]) => /\.tsx?$/.test(file) && file !== "/cli/init/scaffold.ts");
  assert(modules.length > 300);
  const bare = modules.flatMap(([file, text]) =>
    [...text.matchAll(/^(?:import|export|\} from) ?(?:[^"\n]* from )?"([^"\n]+)"/gm)]
      .filter(([, specifier = ""]) => !/^(?:\.{1,2}\/|jsr:|npm:|node:)/.test(specifier))
      .map(([line]) => `${file}: ${line}`)
  );
  assertEquals(bare, []);
});

Deno.test("from an empty folder: init, dev, a call, a change, and the project's own tests", async () => {
  await using place = await TempProject.empty();
  const env = await freshMachine(place);
  const made = await deno(["run", "-A", `jsr:${PACKAGE}/cli`, "init", "my-orders"], {
    cwd: place.dir,
    env,
  });
  assertEquals(made.code, 0, made.stderr);
  const cwd = place.path("my-orders");
  const checking = deno(["task", "check"], { cwd, env });
  // The types are checked beside it.
  await using dev = new RunningProcess(["task", "dev", "--no-types"], { cwd, env });
  await dev.until("ready in");
  const add = ["task", "trellis", "call", "MyOrders.Add", '{"title":"a book"}'];
  const added = await deno(add, { cwd, env });
  assertEquals([added.code, JSON.parse(added.stdout).title], [0, "a book"], added.stderr);

  const [, console = ""] = /^console (\S+)$/m.exec(dev.stderr) ?? [];
  assertStringIncludes(await (await fetch(console)).text(), "Log in");

  const checked = await checking;
  assertEquals(checked.code, 0, checked.stderr);
  await place.edit("my-orders/handlers/my_orders.ts", "...input,", '...input, title: "another",');
  await dev.until("my-orders live");
  const again = await deno(add, { cwd, env });
  assertEquals([again.code, JSON.parse(again.stdout).title], [0, "another"], again.stderr);
  await place.edit("my-orders/handlers/my_orders.ts", ' title: "another",', "");

  const tested = await deno(["task", "test", "--no-check"], { cwd, env });
  assertEquals(tested.code, 0, tested.stdout + tested.stderr);
  assertStringIncludes(tested.stdout, "2 passed");
});
