import { PALETTE } from "../../pages/palette.ts";
import explorer from "../explorer/explorer.css" with { type: "text" };
import graph from "../graph/graph.css" with { type: "text" };
import liveScript from "../layout/live.js" with { type: "text" };
import live from "../live/live.css" with { type: "text" };
import people from "../people/people.css" with { type: "text" };
import plans from "../plans/plans.css" with { type: "text" };
import resources from "../resources/resources.css" with { type: "text" };
import services from "../services/services.css" with { type: "text" };
import base from "../style/base.css" with { type: "text" };
import forms from "../style/forms.css" with { type: "text" };
import page from "../style/page.css" with { type: "text" };
import parts from "../style/parts.css" with { type: "text" };

/** The rules of all pages, then those of topics: each topic adds its own file. */
const STYLE: readonly string[] = [
  PALETTE,
  base,
  page,
  parts,
  forms,
  services,
  plans,
  graph,
  people,
  explorer,
  live,
  resources,
];

/** What pages load, by its path. There is nothing else to be had. */
export const ASSETS: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  "/console.css": { type: "text/css; charset=utf-8", text: STYLE.join("\n") },
  "/live.js": { type: "text/javascript; charset=utf-8", text: liveScript },
};
