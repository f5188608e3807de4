/**
 * Where Debian, Ubuntu and others put it, and other browsers that can stand for it. First the one that cannot
 * show windows: a page takes it a quarter of the time.
 */
const PROGRAMS = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];
/** Packages that apt may have it in: the first is smaller, and not everywhere. */
const PACKAGES = ["chromium-headless-shell", "chromium"] as const;
/** Tests run in several processes, and one of them installs. */
const LOCK = "/tmp/trellis-tests-chromium.lock";

let found: Promise<string> | undefined;

/**
 * Path of Chromium. Where there is none it is installed, if this is a machine whose packages we may change:
 * one with apt, as root. Elsewhere it throws, and says what to do.
 */
export function chromiumPath(): Promise<string> {
  return found ??= findOrInstall();
}

/** Whether there is Chromium for tests, or can be; says loudly when not, because they are left out then. */
export async function hasChromium(): Promise<boolean> {
  try {
    await chromiumPath();
    return true;
  } catch (cause) {
    console.error(`\n*** TESTS IN A BROWSER ARE LEFT OUT ***\n${cause}\n`);
    return false;
  }
}

async function findOrInstall(): Promise<string> {
  const path = find();
  if (path !== undefined) return path;
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || onPath("apt-get") === undefined) {
    throw new Error(
      "tests in a browser need Chromium: install it, as with apt-get install chromium",
    );
  }
  using file = await Deno.open(LOCK, { create: true, write: true });
  await file.lock(true);
  const meanwhile = find();
  if (meanwhile !== undefined) return meanwhile;
  console.error(
    "installing Chromium with apt-get, for tests in a browser; this takes some minutes",
  );
  await apt("update", "-q");
  const install = (name: string) => apt("install", "-q", "-y", "--no-install-recommends", name);
  const [smaller, whole] = PACKAGES;
  await install(smaller).catch(() => install(whole));
  const installed = find();
  if (installed === undefined) throw new Error("apt-get has installed no Chromium");
  return installed;
}

async function apt(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args: ["-o", "DPkg::Lock::Timeout=300", ...args],
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(`tests in a browser need Chromium, and apt-get ${args[0]} fails: ${said}`);
}

function find(): string | undefined {
  return PROGRAMS.map(onPath).find((path) => path !== undefined);
}

function onPath(program: string): string | undefined {
  for (const dir of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      const path = `${dir}/${program}`;
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
