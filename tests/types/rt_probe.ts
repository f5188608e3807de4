import { a6, a7, a8, c8, a5 } from "/work/main/tests/types/probe.ts";
for (const f of [a6, a7, a8, c8, a5]) { try { const r = f() as {manifest?: unknown}; console.log(JSON.stringify(r.manifest ?? r)); } catch (e) { console.log(String(e)); } }
