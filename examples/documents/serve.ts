/**
 * Serves the page of the documents, and runs Trellis beside it: `deno task documents`.
 *
 * @module
 */
import { runPage } from "../run_page.ts";

await runPage({ name: "documents", example: new URL("./", import.meta.url), port: 4282 });
