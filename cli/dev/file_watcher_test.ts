import { dirname, join } from "node:path";
import { assertEquals } from "@std/assert";
import { until } from "../../tests/support/until.ts";
import { FileWatcher } from "./file_watcher.ts";

/** A folder with files that are watched, and what was reported of them. */
class Watched implements AsyncDisposable {
  readonly dir: string;
  readonly reported = new Set<string>();
  readonly unreported: string[] = [];
  readonly #stop = new AbortController();

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Watches files of a folder, which `prepare` fills first. */
  static async start(
    files: readonly string[],
    prepare: (watched: Watched) => Promise<void>,
    watchFs = Deno.watchFs,
  ): Promise<Watched> {
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-watch-" }));
    const watched = new Watched(dir);
    await prepare(watched);
    new FileWatcher({
      entries: () => files.map((file) => watched.path(file)),
      folders: [],
      changed: (found) => {
        for (const file of found) watched.reported.add(file.slice(dir.length + 1));
      },
      unreported: (reason) => watched.unreported.push(reason),
      signal: watched.#stop.signal,
      watchFs,
    });
    return watched;
  }

  path(file: string): string {
    return join(this.dir, file);
  }

  async write(file: string, text: string): Promise<void> {
    await Deno.mkdir(dirname(this.path(file)), { recursive: true });
    await Deno.writeTextFile(this.path(file), text);
  }

  /** Changes something and waits until exactly these files are reported. */
  async after(change: () => Promise<unknown>, ...files: readonly string[]): Promise<void> {
    this.reported.clear();
    await change();
    await until(() => files.every((file) => this.reported.has(file)), `${files} are reported`);
    assertEquals([...this.reported].sort(), [...files].sort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Deno.remove(this.dir, { recursive: true });
  }
}

Deno.test("a file below hidden folders is watched, and others beside it are not", async () => {
  await using watched = await Watched.start(["p/.a/.b/x.ts"], (w) => w.write("p/.a/.b/x.ts", "1"));
  await watched.write("p/.a/.b/y.ts", "1");
  await watched.after(() => watched.write("p/.a/.b/x.ts", "2"), "p/.a/.b/x.ts");
});

Deno.test("a file of the same size that replaces another by a move is a change", async () => {
  await using watched = await Watched.start(["x.ts"], (w) => w.write("x.ts", "1"));
  await watched.write("x.ts.tmp", "2");
  await watched.after(() => Deno.rename(watched.path("x.ts.tmp"), watched.path("x.ts")), "x.ts");
});

Deno.test("a folder that goes and comes back, with its files, is watched again", async () => {
  const file = "p/src/deep/x.ts";
  await using watched = await Watched.start([file], (w) => w.write(file, "1"));
  await watched.after(() => Deno.remove(watched.path("p/src"), { recursive: true }), file);
  await watched.after(() => watched.write(file, "2"), file);
  await watched.after(() => watched.write(file, "3"), file);
});

Deno.test("a folder that arrives with its files, or is replaced by a move, is watched", async () => {
  const file = "p/src/x.ts";
  await using watched = await Watched.start([file], async (w) => {
    await w.write("p/other.ts", "1");
    await w.write("new/x.ts", "1");
    await w.write("newer/x.ts", "2");
  });
  await watched.after(() => Deno.rename(watched.path("new"), watched.path("p/src")), file);
  await watched.after(() => watched.write(file, "3"), file);
  await watched.after(async () => {
    await Deno.rename(watched.path("p/src"), watched.path("old"));
    await Deno.rename(watched.path("newer"), watched.path("p/src"));
  }, file);
  await watched.after(() => watched.write(file, "4"), file);
});

Deno.test("the folder of the whole project may be replaced", async () => {
  const file = "p/src/x.ts";
  await using watched = await Watched.start([file], async (w) => {
    await w.write(file, "1");
    await w.write("q/src/x.ts", "2");
  });
  await watched.after(async () => {
    await Deno.rename(watched.path("p"), watched.path("old"));
    await Deno.rename(watched.path("q"), watched.path("p"));
  }, file);
  await watched.after(() => watched.write(file, "3"), file);
});

Deno.test("what lies behind links is watched where it really lies", async () => {
  const files = ["p/file.ts", "p/folder/x.ts"];
  await using watched = await Watched.start(files, async (w) => {
    await w.write("p/own.ts", "1");
    await w.write("shared/file.ts", "1");
    await w.write("shared/folder/x.ts", "1");
    await w.write("other/file.ts", "2");
    await Deno.symlink(w.path("shared/file.ts"), w.path("p/file.ts"));
    await Deno.symlink(w.path("shared/folder"), w.path("p/folder"));
  });
  await watched.after(() => watched.write("shared/file.ts", "2"), "p/file.ts");
  await watched.after(() => watched.write("shared/folder/x.ts", "2"), "p/folder/x.ts");
  // The link leads elsewhere now, and is followed there.
  await watched.after(async () => {
    await Deno.symlink(watched.path("other/file.ts"), watched.path("p/next"));
    await Deno.rename(watched.path("p/next"), watched.path("p/file.ts"));
  }, "p/file.ts");
  await watched.after(() => watched.write("other/file.ts", "3"), "p/file.ts");
});

Deno.test("where the system reports nothing, that is said once, and changes are found all the same", async () => {
  const watchFs = () => {
    throw new Error("OS file watch limit reached");
  };
  await using watched = await Watched.start(["x.ts"], (w) => w.write("x.ts", "1"), watchFs);
  await watched.after(() => watched.write("x.ts", "22"), "x.ts");
  await watched.after(() => watched.write("x.ts", "333"), "x.ts");
  assertEquals(watched.unreported, ["OS file watch limit reached"]);
});
