/** A program with Hono that writes what is uploaded into a file, gives it back, and says its address. */
import { Hono } from "hono";

const path = await Deno.makeTempFile();
const app = new Hono();
app.post("/upload", async (context) => {
  const file = await Deno.open(path, { write: true, truncate: true });
  await context.req.raw.body?.pipeTo(file.writable);
  return context.json({ size: (await Deno.stat(path)).size });
});
app.get("/download", async () => new Response((await Deno.open(path)).readable));
app.get("/end", async () => {
  await Deno.remove(path);
  Deno.exit(0);
});
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, app.fetch);
