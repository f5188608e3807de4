import { join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { isErr } from "../../contracts/result.ts";
import { openFile, openKept } from "./file_destination.ts";

const BYTES = new TextEncoder().encode("new");

async function inDirectory(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function names(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => name).sort();
}

Deno.test("a file is there when it is whole, and nothing of it before", async () => {
  await inDirectory(async (dir) => {
    const path = join(dir, "a.txt");
    {
      await using file = (await openFile(path, false)).orThrow();
      (await file.write(BYTES)).orThrow();
      assert(!(await names(dir)).includes("a.txt"));
      (await file.commit()).orThrow();
    }
    assertEquals(await names(dir), ["a.txt"]);
    assertEquals(await Deno.readTextFile(path), "new");
    {
      await using file = (await openFile(join(dir, "b.txt"), false)).orThrow();
      (await file.write(BYTES)).orThrow();
    }
    assertEquals(await names(dir), ["a.txt"]);
  });
});

Deno.test("what is there is replaced when that is wanted, also behind a link", async () => {
  await inDirectory(async (dir) => {
    const path = join(dir, "a.txt");
    const link = join(dir, "link.txt");
    await Deno.writeTextFile(path, "old");
    await Deno.symlink(path, link);
    const refused = (await openFile(path, false)).take();
    assert(isErr(refused));
    assertEquals(refused.error.code, "exists");
    {
      await using file = (await openFile(link, true)).orThrow();
      (await file.write(BYTES)).orThrow();
      assertEquals(await Deno.readTextFile(path), "old");
      (await file.commit()).orThrow();
    }
    assertEquals([await Deno.readTextFile(path), await names(dir)], ["new", ["a.txt", "link.txt"]]);
    assert((await Deno.lstat(link)).isSymlink);
  });
});

Deno.test("a file that comes meanwhile stays", async () => {
  await inDirectory(async (dir) => {
    const path = join(dir, "a.txt");
    {
      await using file = (await openFile(path, false)).orThrow();
      (await file.write(BYTES)).orThrow();
      await Deno.writeTextFile(path, "theirs");
      const committed = (await file.commit()).take();
      assert(isErr(committed));
      assertEquals(committed.error.code, "exists");
    }
    assertEquals([await Deno.readTextFile(path), await names(dir)], ["theirs", ["a.txt"]]);
  });
});

Deno.test("a directory is no file, and a missing one is named", async () => {
  await inDirectory(async (dir) => {
    for (
      const [path, code] of [[dir, "is_directory"], [join(dir, "no", "a"), "not_found"]] as const
    ) {
      const opened = (await openFile(path, true)).take();
      assert(isErr(opened));
      assertEquals(opened.error.code, code);
    }
    assertEquals(await names(dir), []);
  });
});

Deno.test("what came is kept, gone on with, and removed when something else is fetched", async () => {
  await inDirectory(async (dir) => {
    const path = join(dir, "a.txt");
    const readThere = async (content: string) => {
      await using file = (await openKept(path, false, content)).orThrow();
      const bytes = await Array.fromAsync(file.readThere(), (piece) => piece.slice());
      return [file.there, bytes.map((piece) => new TextDecoder().decode(piece)).join("")];
    };
    {
      await using file = (await openKept(path, false, "abc")).orThrow();
      assertEquals(file.there, 0);
      (await file.write(BYTES)).orThrow();
    }
    assertEquals(await readThere("abc"), [3, "new"]);
    {
      await using file = (await openKept(path, false, "abc")).orThrow();
      (await file.write(BYTES)).orThrow();
      const other = (await openKept(path, false, "abc")).take();
      assert(isErr(other));
      assertEquals(other.error.code, "target_in_use");
    }
    assertEquals(await readThere("abc"), [6, "newnew"]);
    assertEquals(await readThere("def"), [0, ""]);
    assertEquals((await names(dir)).length, 1);
    {
      await using file = (await openKept(path, false, "def")).orThrow();
      (await file.write(BYTES)).orThrow();
      await file.restart();
      (await file.write(BYTES)).orThrow();
      (await file.commit()).orThrow();
    }
    assertEquals([await Deno.readTextFile(path), await names(dir)], ["new", ["a.txt"]]);
  });
});
