/**
 * Has what connects in the script of a page, which always does. What is loaded later a bundler wraps in functions,
 * with all that it imports, where it makes one script: that was a fourteenth of it.
 *
 * @module
 */
import { connectClient } from "./connect_client.ts";
import { setConnecting } from "./connecting.ts";

setConnecting(() => connectClient);
