import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import { kill } from "node:process";
import { shared } from "../../tests/support/shared.ts";
import { until } from "../../tests/support/until.ts";
import { checkOnce } from "./deno_check.ts";
import { startTypeChecker, type TypeChecker, type TypeCheckerNotice } from "./type_checker.ts";

const SCHEMAS = "export interface Order {\n  id: string;\n  total: number;\n}\n";
const HANDLER = `import type { Order } from "../schemas.ts";

export function add(order: Order, amount: number): Order {
  return { ...order, total: order.total + amount };
}
`;
/** Without the types of Deno and the browser, which take longer to read than all else. */
const LIB = '"lib": ["es2022"]';
const PROJECT: Readonly<Record<string, string>> = {
  "deno.json": `{ "compilerOptions": { ${LIB}, "strict": true } }`,
  "schemas.ts": SCHEMAS,
  "handlers/orders.ts": HANDLER,
  "main.ts":
    'import { add } from "./handlers/orders.ts";\nadd({ id: "a", total: 1 }, 2).total.toFixed();\n',
};

/** A project on disk with a checker of its own. */
class Fixture implements AsyncDisposable {
  readonly notices: TypeCheckerNotice[] = [];
  readonly files = new Set<string>();
  readonly checker: TypeChecker;

  private constructor(readonly dir: string, denoPath: string) {
    const onNotice = (notice: TypeCheckerNotice) => void this.notices.push(notice);
    this.checker = startTypeChecker({ projectDir: dir, denoPath, onNotice });
  }

  static async make(
    files: Readonly<Record<string, string>> = PROJECT,
    denoPath = Deno.execPath(),
  ): Promise<Fixture> {
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis types #%20 " }));
    const fixture = new Fixture(dir, denoPath);
    for (const [name, text] of Object.entries(files)) await fixture.write(name, text);
    return fixture;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.dir, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text);
    this.files.add(name);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(join(this.dir, name));
    this.files.delete(name);
  }

  /** Checks and gives each problem as `name:line:column code`. */
  async check(...changed: readonly string[]): Promise<readonly string[]> {
    const paths = (names: Iterable<string>) => [...names].map((name) => join(this.dir, name));
    const problems = await this.checker.check(paths(this.files), paths(changed));
    return problems.map(({ file, line, column, code }) =>
      `${file.slice(this.dir.length + 1)}:${line}:${column} ${code}`
    ).sort();
  }

  /** Writes one file and checks. */
  async edit(name: string, text: string): Promise<readonly string[]> {
    await this.write(name, text);
    return await this.check(name);
  }

  /** Makes the first check and waits until the server has the project open. */
  async warm(): Promise<void> {
    const before = this.pids.length;
    assertEquals(await this.check(), []);
    await until(() => this.pids.length > before, "the server is ready");
  }

  /** Puts {@link PROJECT} back and forgets every notice but that of the server, which is ready. */
  async reset(): Promise<this> {
    const changed = new Set([...this.files, ...Object.keys(PROJECT)]);
    for (const name of this.files) if (!(name in PROJECT)) await this.remove(name);
    for (const [name, text] of Object.entries(PROJECT)) {
      const present = await Deno.readTextFile(join(this.dir, name)).catch(() => undefined);
      if (present === text) changed.delete(name);
      else await this.write(name, text);
    }
    for (;;) {
      const ready = this.pids.length;
      assertEquals(await this.check(...changed), []);
      if (this.answers.at(-1) === "server") break;
      await until(() => this.pids.length > ready, "another server is ready");
    }
    const server = this.notices.filter(({ kind }) => kind === "ready").slice(-1);
    this.notices.splice(0, Infinity, ...server);
    return this;
  }

  /** Process ids of the servers that became ready. */
  get pids(): readonly number[] {
    return this.notices.flatMap((notice) => notice.kind === "ready" ? [notice.pid] : []);
  }

  /** Who gave the answers so far. */
  get answers(): readonly string[] {
    return this.notices.flatMap((notice) => notice.kind === "answered" ? [notice.by] : []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.checker[Symbol.asyncDispose]();
    await Deno.remove(this.dir, { recursive: true });
  }
}

const warmProject = shared(async () => {
  const project = await Fixture.make();
  await project.warm();
  assertEquals(project.answers, ["deno check"]);
  return project;
});

/** {@link PROJECT}, with a server that is ready. */
async function warm(): Promise<Fixture> {
  return await (await warmProject()).reset();
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}

Deno.test("a type error is found where it is, and is gone when it is mended", async () => {
  const project = await warm();
  assertEquals(await project.edit("handlers/orders.ts", HANDLER.replace("order.total +", '"" +')), [
    "handlers/orders.ts:4:22 TS2322",
  ]);
  assertEquals(await project.edit("handlers/orders.ts", HANDLER), []);
  assertEquals(project.answers, ["server", "server"]);
});

Deno.test("a syntax error is found", async () => {
  const project = await warm();
  assertEquals(await project.edit("main.ts", "export const a = ;\n"), ["main.ts:1:18 TS1109"]);
  assertEquals(await project.edit("main.ts", "export const a = 1;\n"), []);
});

Deno.test("a change shows errors in the files that depend on it, also through others", async () => {
  const project = await warm();
  assertEquals(await project.edit("schemas.ts", SCHEMAS.replace("total", "sum")), [
    "handlers/orders.ts:4:22 TS2353",
    "handlers/orders.ts:4:35 TS2339",
    "main.ts:2:16 TS2353",
    "main.ts:2:31 TS2339",
  ]);
  assertEquals(await project.edit("schemas.ts", SCHEMAS), []);
  assertEquals(project.answers, ["server", "server"]);
});

Deno.test("what is untidy but well typed is no problem", async () => {
  const project = await warm();
  const untidy = 'import "./handlers/orders.ts";\nvar unused: any = 1;\ndebugger;\n' +
    "/** @deprecated */ function old() {}\nold();\n";
  assertEquals(await project.edit("main.ts", untidy), []);
  assertEquals(project.answers, ["server"]);
});

Deno.test("new, removed and renamed files are followed", async () => {
  const project = await warm();
  await project.write("price.ts", "export const price: number = 1;\n");
  const user = 'import { price } from "./price.ts";\nprice.toFixed();\n';
  await project.write("main.ts", user);
  assertEquals(await project.check("price.ts", "main.ts"), []);

  await project.remove("price.ts");
  assertEquals(await project.check("price.ts"), ["main.ts:1:23 TS2307"]);

  await project.write("price.ts", 'export const price: string = "";\n');
  assertEquals(await project.check("price.ts"), ["main.ts:2:7 TS2551"]);

  await project.remove("price.ts");
  await project.write("cost.ts", "export const price: number = 1;\n");
  await project.write("main.ts", user.replace("./price.ts", "./cost.ts"));
  assertEquals(await project.check("price.ts", "cost.ts", "main.ts"), []);
});

Deno.test("a file that is only imported counts when it is told as changed", async () => {
  const project = await warm();
  await project.write("rates.json", '{ "vat": 1 }');
  const main = 'import rates from "./rates.json" with { type: "json" };\nrates.vat.toFixed();\n';
  assertEquals(await project.edit("main.ts", main), []);
  assertEquals(await project.edit("rates.json", '{ "vat": "1" }'), ["main.ts:2:11 TS2551"]);
  assertEquals(await project.edit("rates.json", '{ "vat": 2 }'), []);
});

Deno.test("one project, as its configuration changes, breaks and is mended", async (t) => {
  await using project = await Fixture.make({
    "kit/deno.json": '{ "name": "@acme/kit", "version": "1.0.0", "exports": "./mod.ts" }',
    "kit/mod.ts": "export const size: number = 1;\n",
    "deno.json": JSON.stringify({
      imports: { "@acme/kit": "jsr:@acme/kit@^1.0.0", "$lib/": "./lib/" },
      links: ["./kit"],
      unstable: ["sloppy-imports"],
      compilerOptions: { lib: ["es2022"] },
    }),
    "lib/text.ts": 'export const text: string = "";\n',
    "main.ts": 'import { size } from "@acme/kit";\nimport { text } from "$lib/text";\n' +
      "export const wrong: string = size;\nexport const alsoWrong: number = text;\n",
  });
  project.files.delete("kit/mod.ts");

  await t.step("linked packages, import maps and unstable features are obeyed", async () => {
    const wrong = ["main.ts:3:14 TS2322", "main.ts:4:14 TS2322"];
    assertEquals(await project.check(), wrong);
    await until(() => project.pids.length === 1, "the server is ready");
    assertEquals(await project.check(), wrong);
    assertEquals(project.answers, ["deno check", "server"]);
  });

  await t.step("changed compiler options are obeyed", async () => {
    await project.write(
      "main.ts",
      "export function same(value: string) {\n  const unused = 1;\n}\n",
    );
    assertEquals(await project.check("main.ts"), []);
    const strict = `{ "compilerOptions": { ${LIB}, "noUnusedLocals": true } }`;
    assertEquals(await project.edit("deno.json", strict), ["main.ts:2:9 TS6133"]);
    await until(() => project.pids.length === 2, "a server with the new options is ready");
    assertEquals(await project.check(), ["main.ts:2:9 TS6133"]);
    assertEquals(project.answers.at(-1), "server");
  });

  await t.step(
    "a broken configuration is a problem, and a mended one brings the server back",
    async () => {
      assertEquals(await project.edit("deno.json", "{ broken"), [":1:1 module"]);
      await until(() => project.notices.some(({ kind }) => kind === "gave-up"), "it is given up");
      assertEquals(await project.edit("deno.json", `{ "compilerOptions": { ${LIB} } }`), []);
      await until(() => project.pids.length === 3, "another server is ready");
      assertEquals(await project.edit("main.ts", "export const a = 1;\n"), []);
      assertEquals(project.answers.at(-1), "server");
    },
  );

  await t.step("closing ends the server, and later checks reject", async () => {
    const pid = project.pids.at(-1);
    assert(pid !== undefined && isAlive(pid));
    await project.checker[Symbol.asyncDispose]();
    assert(!isAlive(pid));
    await assertRejects(() => project.check(), DOMException, "closed");
  });
});

Deno.test("the server and `deno check` find the same", async () => {
  const project = await warm();
  const bodies = [
    "export const a: number = '';\n",
    "export const a: (x: { y: number }) => void = (x: { y: string }) => {};\n",
    "let a = 1;\nlet a = 2;\n",
    'import { nothing } from "./schemas.ts";\nnothing;\n',
    'import "./absent.ts";\n',
    "class A extends Map {\n  override nothing() {}\n}\n",
    "export const fine = 1;\n",
  ];
  const copies = bodies.map((_, index) => join(project.dir, `body_${index}.ts`));
  for (const [index, copy] of copies.entries()) {
    await Deno.writeTextFile(copy, bodies[index] ?? "");
  }
  const { signal } = new AbortController();
  const options = { projectDir: project.dir, denoPath: Deno.execPath(), signal };
  const expected = await checkOnce(copies, options);
  for (const [index, body] of bodies.entries()) {
    const found = await project.edit("main.ts", body);
    assertEquals(
      found,
      expected.filter(({ file }) => file === copies[index])
        .map(({ line, column, code }) => `main.ts:${line}:${column} ${code}`).sort(),
      body,
    );
  }
  for (const copy of copies) await Deno.remove(copy);
});

Deno.test("an import that never resolves costs one new server, not one for each check", async () => {
  const project = await warm();
  await project.edit("main.ts", 'await import("./absent.ts");\n');
  await until(() => project.pids.length === 2, "a second server is ready");
  for (let turn = 0; turn < 2; turn++) {
    const main = `await import("./absent.ts");\nexport const turn = ${turn};\n`;
    assertEquals(await project.edit("main.ts", main), []);
  }
  assertEquals(project.pids.length, 2);
  const wrong = 'await import("./absent.ts");\nexport const a: string = 1;\n';
  assertEquals(await project.edit("main.ts", wrong), ["main.ts:2:14 TS2322"]);
});

Deno.test("in a large project, errors show in whatever imports the change", async () => {
  const files: Record<string, string> = {};
  for (let index = 0; index < 50; index++) {
    files[`models/m${index}.ts`] = `export const value: number = ${index};\n`;
    files[`users/u${index}.ts`] = `import { value } from "../models/m${index}.ts";\n` +
      "export const text: string = value.toFixed();\n";
  }
  const project = await warm();
  for (const [name, text] of Object.entries(files)) await project.write(name, text);
  assertEquals(await project.check(...Object.keys(files)), []);
  const broken = (index: number) => [`users/u${index}.ts:2:35 TS2551`];
  const text = 'export const value: string = "";\n';
  for (const index of [7, 33]) {
    assertEquals(await project.edit(`models/m${index}.ts`, text), broken(index));
    assertEquals(await project.edit(`models/m${index}.ts`, files[`models/m${index}.ts`] ?? ""), []);
  }
  // A dependency that came after the import graph was read.
  const user = files["users/u1.ts"]?.replace("m1.ts", "m2.ts") ?? "";
  assertEquals(await project.edit("users/u1.ts", user), []);
  assertEquals(await project.edit("models/m2.ts", text), [...broken(1), ...broken(2)]);
  assertEquals(new Set(project.answers), new Set(["server"]));
});

Deno.test("after the server is killed, checks are right and another server takes over", async () => {
  const project = await warm();
  const [first] = project.pids;
  assert(first !== undefined);
  kill(first, "SIGKILL");
  const wrong = HANDLER.replace("order.total +", '"" +');
  assertEquals(await project.edit("handlers/orders.ts", wrong), ["handlers/orders.ts:4:22 TS2322"]);
  await until(() => project.pids.length === 2, "another server is ready");
  assertNotEquals(project.pids[1], first);
  assertEquals(await project.edit("handlers/orders.ts", HANDLER), []);
  assertEquals(project.answers.at(-1), "server");
  assert(project.notices.some(({ kind }) => kind === "lost"));
});

Deno.test("a server that hangs is answered for and replaced", async () => {
  const project = await warm();
  const [first] = project.pids;
  assert(first !== undefined);
  kill(first, "SIGSTOP");
  assertEquals(await project.edit("main.ts", "export const a: string = 1;\n"), [
    "main.ts:1:14 TS2322",
  ]);
  assertEquals(project.answers.at(-1), "deno check");
  await until(() => !isAlive(first), "the hung server is gone");
  await until(() => project.pids.length === 2, "another server is ready");
  assertEquals(await project.edit("main.ts", PROJECT["main.ts"] ?? ""), []);
  assertEquals(project.answers.at(-1), "server");
});

Deno.test("a server that always dies is given up, and checks go on without it", async () => {
  // Runs everything but `deno lsp`.
  const script = `#!/bin/sh\n[ "$1" = lsp ] && exit 7\nexec '${Deno.execPath()}' "$@"\n`;
  const denoPath = await Deno.makeTempFile({ prefix: "trellis-deno-" });
  await Deno.writeTextFile(denoPath, script);
  await Deno.chmod(denoPath, 0o755);
  try {
    await using project = await Fixture.make(PROJECT, denoPath);
    assertEquals(await project.check(), []);
    await until(() => project.notices.some(({ kind }) => kind === "gave-up"), "it is given up");
    assertEquals(await project.edit("main.ts", "export const a: string = 1;\n"), [
      "main.ts:1:14 TS2322",
    ]);
    assertEquals(project.notices.filter(({ kind }) => kind === "lost").length, 2);
  } finally {
    await Deno.remove(denoPath);
  }
});

Deno.test("closing does not wait for children that never end", async () => {
  const pids = await Deno.makeTempDir({ prefix: "trellis-pids-" });
  // Stands for a Deno that hangs in every command.
  const denoPath = join(pids, "deno");
  await Deno.writeTextFile(denoPath, `#!/bin/sh\necho $$ > '${pids}'/$1\nexec sleep 1000\n`);
  await Deno.chmod(denoPath, 0o755);
  const pidOf = async (command: string) =>
    Number(await Deno.readTextFile(join(pids, command)).catch(() => ""));
  try {
    await using project = await Fixture.make(PROJECT, denoPath);
    const checking = assertRejects(() => project.check(), DOMException, "closed");
    await until(async () => await pidOf("lsp") > 0 && await pidOf("check") > 0, "both run");
    await project.checker[Symbol.asyncDispose]();
    await checking;
    assertEquals([isAlive(await pidOf("lsp")), isAlive(await pidOf("check"))], [false, false]);
  } finally {
    await Deno.remove(pids, { recursive: true });
  }
});

Deno.test("a checker that was never asked starts nothing", async () => {
  await using project = await Fixture.make();
  await project.checker[Symbol.asyncDispose]();
  assertEquals(project.notices, []);
});

Deno.test("without Deno a check says so", async () => {
  await using project = await Fixture.make(PROJECT, "/nowhere/deno");
  await assertRejects(() => project.check(), Deno.errors.NotFound);
  assertArrayIncludes(project.notices.map(({ kind }) => kind), ["gave-up"]);
});

Deno.test("the server does not outlive a process that is killed", async () => {
  await using project = await Fixture.make();
  const checker = new URL("./type_checker.ts", import.meta.url).href;
  const script = `
    const { startTypeChecker } = await import(${JSON.stringify(checker)});
    const onNotice = (it) => it.kind === "ready" && console.log(it.pid);
    const options = { projectDir: Deno.args[0], denoPath: Deno.execPath(), onNotice };
    await startTypeChecker(options).check([], []);
    setInterval(() => {}, 1000);`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, script);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const owner = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, path, project.dir],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  try {
    let pid: number | undefined;
    for await (const text of owner.stdout.pipeThrough(new TextDecoderStream())) {
      pid = Number(text);
      break;
    }
    assert(pid !== undefined && isAlive(pid));
    owner.kill("SIGKILL");
    await until(() => !isAlive(pid), "the orphaned server is gone", 60_000);
  } finally {
    await owner.status;
    await Deno.remove(path);
  }
});
