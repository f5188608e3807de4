import { dirname, join } from "node:path";
import { scaffoldNames } from "../../../cli/init/names.ts";
import { packageSource } from "../../../cli/init/package_source.ts";
import { scaffold } from "../../../cli/init/scaffold.ts";

/** A project in a temporary directory. */
export class TempProject implements AsyncDisposable {
  /** Absolute path. */
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** An empty directory with these files, and a `deno.json` as `init` writes it. */
  static async create(files: Readonly<Record<string, string>>): Promise<TempProject> {
    const project = await TempProject.#scaffold("temp", (path) => path === "deno.json");
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    return project;
  }

  /** What `init` writes for a service called `shop`: `Shop.Add`, `Shop.Get`, `Shop.List`. */
  static shop(): Promise<TempProject> {
    return TempProject.#scaffold("shop", () => true);
  }

  static async #scaffold(
    name: string,
    wanted: (path: string) => boolean,
  ): Promise<TempProject> {
    const project = await TempProject.empty();
    const files = scaffold(scaffoldNames(name).orThrow(), packageSource(project.dir));
    for (const { path, text } of files) if (wanted(path)) await project.write(path, text);
    return project;
  }

  /** An empty directory. */
  static async empty(): Promise<TempProject> {
    // The type checker names files by their real path.
    return new TempProject(await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-e2e-" })));
  }

  /** The absolute path of a file. */
  path(file: string): string {
    return join(this.dir, file);
  }

  /** Writes a file, and the directories that it needs. */
  async write(file: string, text: string): Promise<void> {
    await Deno.mkdir(dirname(this.path(file)), { recursive: true });
    await Deno.writeTextFile(this.path(file), text);
  }

  /** Reads a file. */
  read(file: string): Promise<string> {
    return Deno.readTextFile(this.path(file));
  }

  /** Replaces a text that has to be in a file. */
  async edit(file: string, before: string, after: string): Promise<void> {
    const text = await this.read(file);
    if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
    await this.write(file, text.replace(before, () => after));
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}
