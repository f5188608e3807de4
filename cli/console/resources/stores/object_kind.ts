/** Pictures that a browser may show: formats that hold no script. SVG is none of them. */
const PICTURES: ReadonlySet<string> = new Set([
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
]);

/** The type under which an object is shown as a picture; undefined where it is none. */
export function pictureType(contentType: string | undefined): string | undefined {
  const [type = ""] = (contentType ?? "").split(";");
  const name = type.trim().toLowerCase();
  return PICTURES.has(name) ? name : undefined;
}

/** How a browser is told to save an object: under the last part of its key. */
export function dispositionOf(key: string): string {
  const name = key.split("/").at(-1)?.replaceAll("\\", "_") || "object";
  const plain = name.replaceAll(/[^\w.-]/g, "_");
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** What an answer says that holds bytes of somebody else: whatever they are, nothing in them runs. */
export const FOREIGN_BYTES: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
};
