import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageSource } from "../../cli/init/package_source.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/orders", import.meta.url));

/** The example in a temporary directory, as a project of its own that links to this checkout. */
export class OrdersCopy implements AsyncDisposable {
  /** Its directory. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Copies the example. */
  static async make(): Promise<OrdersCopy> {
    const root = await Deno.makeTempDir({ prefix: "trellis-bench-" });
    for (const file of ["schemas.ts", CONTRACT, HANDLERS]) {
      await Deno.mkdir(join(root, file, ".."), { recursive: true });
      await Deno.copyFile(join(EXAMPLE, file), join(root, file));
    }
    await Deno.writeTextFile(join(root, "deno.json"), JSON.stringify(packageSource(root)));
    return new OrdersCopy(root);
  }

  /** The text of one of its files. */
  read(file: string): Promise<string> {
    return Deno.readTextFile(join(this.root, file));
  }

  /** Saves one of its files. */
  save(file: string, text: string): Promise<void> {
    return Deno.writeTextFile(join(this.root, file), text);
  }

  /** Forgets what earlier runs made: data, plans, buckets. */
  async forget(): Promise<void> {
    await Deno.remove(join(this.root, ".trellis"), { recursive: true }).catch(() => {
      // Nothing was made yet.
    });
  }

  /** Removes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.root, { recursive: true });
  }
}

/** The example's contract file. */
export const CONTRACT = "contracts/orders_service.ts";
/** The example's handlers file. */
export const HANDLERS = "handlers/orders_service.ts";
