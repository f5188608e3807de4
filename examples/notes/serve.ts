/**
 * Serves the page of the notes, and runs Trellis beside it: `deno task notes`.
 *
 * @module
 */
import { runPage } from "../run_page.ts";

await runPage({ name: "notes", example: new URL("./", import.meta.url), port: 4280 });
