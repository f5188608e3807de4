/**
 * A program that lets others in to a secured server until it is ended, as a second `trellis start` does.
 * Arguments: address, folder of the keys. Prints a line when it answers.
 */
import { readKeyFolder } from "../../../cli/nats_server/security/key_folder.ts";
import { openPlatform } from "./secured_trellis.ts";

const [url = "", keysDir = ""] = Deno.args;
const keys = (await readKeyFolder(keysDir)).orThrow();
if (keys === undefined) throw new Error(`no keys in ${keysDir}`);
const { messaging } = await openPlatform({ url, keys });
console.log("ready");
await messaging.closed();
