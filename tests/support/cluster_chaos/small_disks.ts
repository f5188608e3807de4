import { join } from "node:path";
import { until } from "../until.ts";
import { needRoot, runTool } from "./run_tool.ts";

/** What a disk holds that has room; what nobody has stored on it takes no memory. */
const ROOM = "8g";

/** A disk for each server, in memory, that can be full. */
export class SmallDisks implements AsyncDisposable {
  /** Where each of them is. */
  readonly folders: readonly string[];
  readonly #dir: string;
  readonly #mounted: string[] = [];

  private constructor(folders: readonly string[], dir: string) {
    this.folders = folders;
    this.#dir = dir;
  }

  /** Makes them for so many servers. */
  static async open(servers: number): Promise<SmallDisks> {
    await needRoot("a disk of its own", "mount");
    const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
    const folders = Array.from({ length: servers }, (_, server) => join(dir, `disk${server}`));
    await using made = new AsyncDisposableStack();
    const disks = made.use(new SmallDisks(folders, dir));
    for (const folder of folders) await disks.#mount(folder);
    made.move();
    return disks;
  }

  /** Leaves no room on the disk of a server: what it has grows no more. */
  async fill(server: number): Promise<void> {
    const isFull = async () => {
      const said = await runTool("df", "--block-size=1", "--output=used", this.#at(server));
      const used = said.split("\n").at(-1)?.trim() ?? "";
      return await this.#resize(server, used).then(() => true, () => false);
    };
    // No disk is made smaller than what is on it, and that becomes more while the server writes.
    await until(isFull, "the disk is full");
  }

  /** Gives it room again. */
  async makeRoom(server: number): Promise<void> {
    await this.#resize(server, ROOM);
  }

  /** Removes them, and what is on them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#mounted) await runTool("umount", folder);
    await Deno.remove(this.#dir, { recursive: true });
  }

  async #mount(folder: string): Promise<void> {
    await Deno.mkdir(folder);
    await runTool("mount", "-t", "tmpfs", "-o", `size=${ROOM}`, "none", folder);
    this.#mounted.push(folder);
  }

  async #resize(server: number, size: string): Promise<void> {
    await runTool("mount", "-o", `remount,size=${size}`, this.#at(server));
  }

  #at(server: number): string {
    const folder = this.folders[server];
    if (folder === undefined) throw new RangeError(`there is no disk ${server}`);
    return folder;
  }
}
