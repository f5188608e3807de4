import { join } from "node:path";

/** Milliseconds without a further event after which a change is taken for complete. */
const QUIET_MS = 15;

/**
 * Calls back with the source files of a project that changed, once per save. What Trellis itself
 * writes, hidden directories and `node_modules` are not watched.
 */
export async function watchFiles(
  root: string,
  changed: (files: ReadonlySet<string>) => void,
  signal: AbortSignal,
): Promise<void> {
  let pending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const note = (path: string) => {
    pending.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = pending;
      pending = new Set();
      changed(files);
    }, QUIET_MS);
  };
  const watched = new Set<string>();
  const running: Promise<void>[] = [];
  const watch = (path: string, recursive: boolean) => {
    // Folders are looked for while the session may be stopped.
    if (signal.aborted) return;
    watched.add(path);
    const watcher = Deno.watchFs(path, { recursive });
    const close = () => watcher.close();
    signal.addEventListener("abort", close, { once: true });
    running.push((async () => {
      for await (const event of watcher) {
        if (event.kind === "access") continue;
        for (const file of event.paths) {
          if (isSource(file)) note(file);
          else if (!recursive && event.kind === "create") await addDirectory(file);
        }
      }
      signal.removeEventListener("abort", close);
      watched.delete(path);
    })());
  };
  const addDirectory = async (path: string) => {
    const name = path.split(/[\\/]/).at(-1) ?? "";
    if (name.startsWith(".") || name === "node_modules" || watched.has(path)) return;
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isDirectory) watch(path, true);
  };
  if (signal.aborted) return;
  watch(root, false);
  for await (const entry of Deno.readDir(root)) {
    if (entry.isDirectory) await addDirectory(join(root, entry.name));
  }
  await Promise.all(running);
  clearTimeout(timer);
}

function isSource(path: string): boolean {
  return /\.(?:ts|tsx|js|mjs|json|jsonc)$/.test(path) && !/\/deno\.lock$/.test(path) &&
    !path.includes("/.");
}
