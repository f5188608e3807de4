/**
 * Has what connects loaded when somebody does: most programs that import a contract only read it.
 *
 * @module
 */
import { setConnecting } from "./connecting.ts";

setConnecting(async () => (await import("./connect_client.ts")).connectClient);
