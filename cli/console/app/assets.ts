import { PALETTE } from "../../pages/palette.ts";
import consoleCss from "../layout/console.css" with { type: "text" };
import liveScript from "../layout/live.js" with { type: "text" };

/** Rules of topics; each topic adds its own file. */
const TOPICS_CSS: readonly string[] = [];

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** What pages load, by its path. There is nothing else to be had. */
export const ASSETS: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  "/console.css": { type: CSS, text: [PALETTE, consoleCss, ...TOPICS_CSS].join("") },
  "/live.js": { type: SCRIPT, text: liveScript },
};
