/** A page that runs the checks when it is asked. */
import * as trellis from "../../client.ts";
import { type Place, runChecks } from "./checks.ts";

Reflect.set(globalThis, "runChecks", (place: Place) => runChecks(trellis, place));
